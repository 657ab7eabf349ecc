"""Instants as people in the villages say them."""

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale

from incentives.web.dates import instant_word

LATE = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"), [("zh_Hans_CN", "2026年11月26日 02:30"), ("en", "26 Nov 2026 02:30")]
)
def test_an_instant_is_of_the_villages_day(bare_app, language, words):
    with bare_app.test_request_context(), force_locale(language):
        assert instant_word(LATE) == words
