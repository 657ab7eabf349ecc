"""The room of demo."""
