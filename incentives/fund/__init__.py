"""The room of fund."""
