"""What flask and gunicorn load."""

import gc

from incentives import create_app

app = create_app()
# What is loaded by now stays to the end. Walked by each full collection of garbage, it would cost
# an audit, which makes many small objects, a third of its time; a fork would copy it, too.
gc.freeze()
