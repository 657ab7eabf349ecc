"""The room of cards."""
