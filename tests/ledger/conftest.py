"""What the tests of the ledger may ask for besides."""

import pytest

from tests.ledger.copies import Copies


@pytest.fixture
def copies(app, database, request, tmp_path):
    """Copies of this test's database."""
    server = request.getfixturevalue("postgresql") if database == "postgresql" else None
    found = Copies(app, server, tmp_path)
    yield found
    found.drop()
