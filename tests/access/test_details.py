"""What a row of the trail keeps besides, in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_babel import force_locale

import incentives
from incentives.access.details import KEYS, details_said
from incentives.database import new_id

BUDGET = {"amount_fen": 1_000_000, "carried_fen": 0, "cap_fen": None}
SAID = [
    ({"roles": ["cadre 513336101209"]}, "角色：村干部 513336101209"),
    ({"refused": "wrong_credentials"}, "没办成的原因：用户名或密码不对"),
    ({"lines": 30, "total_fen": 600_000}, "行数：30\n合计：6000.00 元"),
    ({"year": 2026, "after": {"family": BUDGET}}, "改后：良好家风 (金额：10000.00 元"),
    ({"names": ["publicity_days"], "effective_on": "2026-03-01"}, "改了哪些规定：公示几天"),
    ({"upheld": True, "reason": "cost"}, "异议成立：是\n理由：cost"),
    ({"list": "households", "rows": 60, "filters": ["village", "from"]}, "按什么筛选：村, 从"),
    ({"category": "water"}, "类别：用水"),
]


@pytest.mark.parametrize(("details", "part"), SAID)
def test_details_are_said_in_the_readers_language(app, details, part):
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        said = details_said({"details": details})
    assert part in said
    assert "_" not in said
    with app.test_request_context(), force_locale("en"):
        assert not any("\u4e00" <= each <= "\u9fff" for each in details_said({"details": details}))


def test_people_are_named_and_who_is_gone_is_not(app):
    with app.test_request_context(), force_locale("en"):
        assert details_said({"details": {"people": [str(new_id())]}}) == "People: no longer known"


def test_what_is_not_known_stands_as_it_is(app):
    with app.test_request_context(), force_locale("en"):
        assert details_said({"details": {"novel": ["x", None]}}) == "novel: x, –"
        assert details_said({"details": None}) == ""


def kept_keys() -> Iterator[tuple[str, str]]:
    """Each key that the code writes into `details`, with its file."""
    for path in Path(incentives.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.arg] if isinstance(node, ast.keyword) else []
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [each.id for each in targets if isinstance(each, ast.Name)]
            if {"details", "detail_said"} & set(names) and node.value is not None:
                yield from keys_in(node.value, str(path))


def keys_in(value: ast.AST, path: str) -> Iterator[tuple[str, str]]:
    """The texts that are keys of the outermost dictionaries in a piece of code."""
    if isinstance(value, ast.Dict):
        yield from ((key.value, path) for key in value.keys if isinstance(key, ast.Constant))
    elif isinstance(value, ast.BinOp | ast.IfExp):
        for part in ast.iter_child_nodes(value):
            yield from keys_in(part, path)


def test_every_key_of_details_has_words():
    known = dict(kept_keys())
    assert {"reason", "roles", "effective_on", "total_fen"} <= known.keys()
    assert {key: path for key, path in known.items() if key not in KEYS} == {}
