"""A served village with the few users that conventions are tried with."""

import pytest

from tests.site import Site, make_site


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("administrator", "cadre", "shopkeeper"))
