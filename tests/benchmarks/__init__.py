"""Ratios, each measured beside its anchor in one interleaved run: `make bench`.

Machines are noisy, so that only what is measured side by side can be compared; a figure is the
median of its rounds. Nothing here is asserted.
"""

import os
import tempfile

# Tests keep their databases in memory; what is measured here waits for the disk, as it must.
os.environ.setdefault("TMPDIR", tempfile.gettempdir())
