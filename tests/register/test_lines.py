"""A household's statement in words: each leg of an award and of its turns."""

import pytest
from flask import Flask
from flask_babel import force_locale

from incentives import ledger
from incentives.ledger.kinds import Kind
from incentives.register.lines import tell_lines
from tests.ledger.books import Books, open_books

AWARD, BACK, AGAIN = "夜间巡防", "记重了", "签到表找到了"


def turn(books: Books, event: ledger.Posted, reason: str) -> ledger.Posted:
    """Reverse an event, for a reason."""
    draft = books.draft(Kind.REVERSAL, reverses=event.id, detail={"reason": reason})
    return books.post(draft)[0]


def told(books: Books) -> list[tuple[str, int, bool]]:
    """The only household's lines in words, oldest first: title, points, whether of the debt."""
    with force_locale("en"):
        lines = ledger.statement(books.village, books.households[0])
        found = tell_lines(lines["items"])
    return [(line.title, line.points, line.of_debt) for line in reversed(found)]


@pytest.fixture
def books(app: Flask) -> Books:
    """Ten points given, eight spent, taken back, three more given, and given again."""
    books = open_books(1)
    (home,) = books.households
    with app.test_request_context():
        (given,) = books.post(books.award(home, 10, detail={"name": AWARD}))
        books.post(books.redemption(home, 8))
        back = turn(books, given, BACK)
        books.post(books.award(home, 3, detail={"name": AWARD}))
        turn(books, back, AGAIN)
        yield books


def test_every_leg_says_whether_points_came_or_went(books: Books) -> None:
    lines = told(books)
    assert lines[0] == (AWARD, 10, False)
    assert set(lines[2:]) == {
        (f"Taken back: {BACK}", -2, False),
        (f"Taken back: {BACK} (to be made up)", -8, True),
        (f"{AWARD} (made up what was owed)", 3, True),
        (f"Given again: {AGAIN} (made up what was owed)", 5, True),
        (f"Given again: {AGAIN}", 5, False),
    }


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en", "bo"])
def test_words_for_what_came_are_never_those_for_what_went(books: Books, language: str) -> None:
    code = books.households[0]
    with force_locale(language):
        items = ledger.statement(books.village, code)["items"]
        titles = {(line.points > 0, line.of_debt): told.title for line, told in both(items)}
    assert len(set(titles.values())) == 4
    assert all(
        AGAIN in titles[True, debt] and BACK in titles[False, debt] for debt in (True, False)
    )


def both(items: list[ledger.Line]) -> list:
    """The lines of the two turns, each with its words."""
    turns = [line for line in items if line.kind is Kind.REVERSAL]
    return list(zip(turns, tell_lines(turns), strict=True))
