"""Values only: frozen, slotted; no I/O and no clock. Imports nothing of ours."""
