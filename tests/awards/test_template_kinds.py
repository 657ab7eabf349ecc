"""The template check by kinds: plain ways to write what is ruled out, and good rules beside."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from incentives.awards.template import findings_of
from incentives.awards.template.ruled_out import Topic
from tests.awards.test_template import item, refused

LISTED = Path(__file__).with_name("template_rules.csv")


def rules(verdict: str) -> Iterator[tuple[str, Topic]]:
    """The rules of one verdict, with the topic they are about or stand beside."""
    for row in csv.DictReader(LISTED.read_text(encoding="utf-8").splitlines()):
        if row["verdict"] == verdict:
            yield from ((rule, Topic(row["topic"])) for rule in row["rules"].split("|"))


@pytest.mark.parametrize(("name", "topic"), list(rules("refuse")))
def test_what_a_committee_would_plainly_write_is_refused(name: str, topic: Topic) -> None:
    assert topic in {finding.topic for finding in refused(name)}


@pytest.mark.parametrize("name", [rule for rule, _topic in rules("pass")])
def test_the_good_rule_beside_it_passes_without_a_word(name: str) -> None:
    assert findings_of(item(name)) == []


@pytest.mark.parametrize(("name", "topic"), list(rules("doubt")))
def test_what_an_assembly_should_look_at_is_a_doubt(name: str, topic: Topic) -> None:
    (finding,) = findings_of(item(name))
    assert (finding.topic, finding.refused) == (topic, False)


@pytest.mark.parametrize("topic", Topic)
def test_each_kind_has_rules_of_both_sorts(topic: Topic) -> None:
    for verdict in ("refuse", "pass"):
        assert [of for _rule, of in rules(verdict)].count(topic) >= 5
