"""The books by HTTP: what anyone may check of the ledger, and what its keepers may read.

Checkpoints, hashes, proofs and the fund's leaves are public; a household's leaves go to that
household and to the village's supervisors, to nobody else.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Offer the audit's page."""
    from incentives.books.audits import blueprint

    app.register_blueprint(blueprint)
