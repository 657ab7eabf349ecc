"""The room of notices."""
