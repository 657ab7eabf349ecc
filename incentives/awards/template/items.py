"""One rule as it is entered, and the county's template of them (`data/rule_items.csv`)."""

import csv
from dataclasses import dataclass
from importlib.resources import files

from incentives.awards.models import CapPer, CapPeriod, Evidence, RuleItem


@dataclass(frozen=True)
class ItemDraft:
    """One rule item as it is entered; `category` is checked against what may have points."""

    code: str
    category: str
    name_zh: str
    name_en: str | None
    points: int
    unit: str
    cap_points: int | None
    cap_per: CapPer | None
    cap_period: CapPeriod | None
    evidence: Evidence
    claimable: bool


def template_items() -> list[ItemDraft]:
    """The county's template, in its order."""
    text = files("incentives").joinpath("data/rule_items.csv").read_text(encoding="utf-8-sig")
    return [
        ItemDraft(
            code=row["code"],
            category=row["category"],
            name_zh=row["text_zh"],
            name_en=row["text_en"] or None,
            points=int(row["points"]),
            unit=row["unit"],
            cap_points=int(row["cap_points"]) if row["cap_points"] else None,
            cap_per=CapPer(row["cap_per"]) if row["cap_points"] else None,
            cap_period=CapPeriod(row["cap_period"]) if row["cap_points"] else None,
            evidence=Evidence(row["evidence"]),
            claimable=row["claimable"] == "1",
        )
        for row in csv.DictReader(text.splitlines())
    ]


def as_draft(item: RuleItem) -> ItemDraft:
    """A kept item as one is entered."""
    return ItemDraft(
        code=item.code,
        category=item.category.value,
        name_zh=item.name_zh,
        name_en=item.name_en,
        points=item.points,
        unit=item.unit,
        cap_points=item.cap_points,
        cap_per=item.cap_per,
        cap_period=item.cap_period,
        evidence=item.evidence,
        claimable=item.claimable,
    )
