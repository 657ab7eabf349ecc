"""What flask and gunicorn load."""

import gc

from incentives import create_app

# Loading makes much and leaves little garbage: looking for it on the way costs a fifth of a start.
gc.disable()
app = create_app()
gc.enable()
# What is loaded by now stays to the end. Walked by each full collection of garbage, it would cost
# an audit, which makes many small objects, a third of its time; a fork would copy it, too.
gc.freeze()
