"""What is asked of the disk itself."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in a folder: a new file is lost with the power without it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
