"""The words of the template check (`data/ruled_out.csv`), as patterns over plain text.

A line has a topic, an effect, and words parted by `|`. `…` in a word stands for up to twelve
letters; a Latin word counts from its start (`petition` in "petitioner"), any other anywhere.
"""

import csv
import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from incentives.awards.template.plain import plain

GAP = "…"


class Topic(StrEnum):
    """What no points are given for (domain.md, "What it does not do")."""

    BELIEF = "belief"
    POLITICS = "politics"
    FAMILY_PLANNING = "family_planning"
    PETITIONING = "petitioning"
    HEALTH = "health"
    PRIVATE_LIFE = "private_life"
    DANGER = "danger"
    DEDUCTION = "deduction"
    BASE_SCORE = "base_score"
    BENEFITS = "benefits"
    PEOPLE = "people"


class Effect(StrEnum):
    """What a word does.

    `refuse` rules an item out, `doubt` has the assembly look at it, `allow` hides what is no such
    word from the others. Of danger: an `act` needs who `organised` it, an `event` that or who is to
    `report` it; `alone` and `negated` undo what excuses.
    """

    REFUSE = "refuse"
    DOUBT = "doubt"
    ALLOW = "allow"
    ACT = "act"
    EVENT = "event"
    ORGANISED = "organised"
    REPORT = "report"
    ALONE = "alone"
    NEGATED = "negated"


@cache
def words() -> dict[Effect, list[tuple[Topic | None, re.Pattern[str]]]]:
    """All patterns by their effect, in the order of the file."""
    text = files("incentives").joinpath("data/ruled_out.csv").read_text(encoding="utf-8")
    found: dict[Effect, list[tuple[Topic | None, re.Pattern[str]]]] = {
        effect: [] for effect in Effect
    }
    for row in csv.DictReader(text.splitlines()):
        topic = Topic(row["topic"]) if row["topic"] else None
        found[Effect(row["effect"])] += [
            (topic, pattern_of(word)) for word in row["words"].split("|")
        ]
    return found


def pattern_of(word: str) -> re.Pattern[str]:
    """A word as a pattern over plain text."""
    parts = [plain(part).text for part in word.split(GAP)]
    start = r"(?<![a-z])" if parts[0][:1].isascii() else ""
    return re.compile(start + ".{0,12}?".join(re.escape(part) for part in parts))
