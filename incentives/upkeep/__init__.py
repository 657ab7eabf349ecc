"""The room of upkeep."""
