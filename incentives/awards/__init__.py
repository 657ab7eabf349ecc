"""The room of awards."""
