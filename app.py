"""What flask and gunicorn load."""

from incentives import create_app

app = create_app()
