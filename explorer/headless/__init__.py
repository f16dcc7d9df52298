"""The faces without a screen: one JSON document, JSON lines, or plain narration. Loads no Textual."""
