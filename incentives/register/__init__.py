"""The room of register."""
