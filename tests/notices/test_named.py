"""What a missing act is called: by the rules of its day, adopted ones alone."""

import pytest
from flask import Flask
from flask_babel import force_locale

from incentives.notices import lists
from tests.awards.scenes import make_scene
from tests.awards.versions import adopt, discard, renamed
from tests.notices.acts import objected
from tests.notices.test_objections import lacking


@pytest.mark.parametrize("kept", [True, False], ids=["draft", "discarded"])
def test_a_missing_act_is_named_by_the_rules_of_its_day(app: Flask, kept: bool) -> None:
    scene = make_scene()
    before, after = (objected(scene, missing=lacking(scene, days=each)) for each in (1, 0))
    adopt(renamed("今天的名字"))
    draft = renamed("还没有定的名字")
    if not kept:
        discard(draft)
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        old, new = (each.title for each in lists.in_words([{"id": before}, {"id": after}]))
    assert "参加村公共区域清洁日" in old
    assert "今天的名字" in new
