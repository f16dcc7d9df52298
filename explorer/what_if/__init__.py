"""Ask "what if": changes to settings and rules that can be made, undone, and copied as configuration."""
