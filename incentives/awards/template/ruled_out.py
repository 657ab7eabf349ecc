"""The words of the template check (`data/ruled_out.csv`), as patterns over plain text.

A line has a topic, an effect, and words parted by `|`. `…` in a word stands for up to twelve
letters, or thirty of a Latin word's; `/` parts what may stand in one place of it. A Latin word
counts from its start (`petition` in "petitioner"), any other anywhere.
"""

import csv
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib.resources import files

from incentives.awards.template.plain import plain

GAP = "…"
EITHER = "/"


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
    word from the others. `served` hides who is helped and what is done beside such words, unless
    the text has them `tied` to points. Of danger: an `act` needs who `organised` it, an `event`
    that or who is to `report` it; `alone` and `negated` undo what excuses. They undo what danger
    `allow`s too, and `tied` what benefits allow; any other `allow` holds.
    """

    REFUSE = "refuse"
    DOUBT = "doubt"
    ALLOW = "allow"
    SERVED = "served"
    TIED = "tied"
    ACT = "act"
    EVENT = "event"
    ORGANISED = "organised"
    REPORT = "report"
    ALONE = "alone"
    NEGATED = "negated"


def listed() -> Iterator[tuple[Effect, Topic | None, str]]:
    """All words, as they stand in the file."""
    text = files("incentives").joinpath("data/ruled_out.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        topic = Topic(row["topic"]) if row["topic"] else None
        for word in row["words"].split("|"):
            yield Effect(row["effect"]), topic, word


@cache
def words() -> dict[Effect, list[tuple[Topic | None, re.Pattern[str]]]]:
    """All patterns by their effect, in the order of the file."""
    found: dict[Effect, list[tuple[Topic | None, re.Pattern[str]]]] = {
        effect: [] for effect in Effect
    }
    for effect, topic, word in listed():
        found[effect].append((topic, pattern_of(word)))
    return found


def pattern_of(word: str) -> re.Pattern[str]:
    """A word as a pattern over plain text, with a group for each of its places."""
    places = [
        "|".join(re.escape(plain(each).text) for each in place.split(EITHER))
        for place in word.split(GAP)
    ]
    latin = places[0][:1].isascii()
    gap = ".{0,30}?" if latin else ".{0,12}?"
    return re.compile((r"(?<![a-z])" if latin else "") + gap.join(f"({each})" for each in places))
