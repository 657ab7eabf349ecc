"""The room of shop."""
