"""What the fund spends money on: the county's list of purposes, from the package's data."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SETTLEMENT = "settlement"
STOCK = "stock"
DIFFERENCE = "difference"


@dataclass(frozen=True)
class Purpose:
    """A purpose: a reward, a purchase or the shops' settlements.

    `in_need` says that its payees are in need: in public they are masked and shown by month.
    `cap_fen` is the county's advice for one payee (`cap_per`) and period, None where it has none.
    """

    code: str
    name_zh: str
    name_en: str
    name_bo: str
    kind: str
    cap_fen: int | None
    cap_per: str
    cap_period: str
    in_need: bool

    @property
    def can_be_applied_for(self) -> bool:
        """Whether somebody applies for it; settlements come from the shops' own flow."""
        return self.code != SETTLEMENT


@cache
def purposes() -> dict[str, Purpose]:
    """The purposes that money is given for, by code, in the order of the list."""
    return {code: each for code, each in named_purposes().items() if code != DIFFERENCE}


@cache
def named_purposes() -> dict[str, Purpose]:
    """The purposes, and last the difference that a count found: all that money is spent on."""
    text = files("incentives.data").joinpath("fund_purposes.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Purpose(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            name_bo=row["name_bo"],
            kind=row["kind"],
            cap_fen=int(row["cap_fen"]) if row["cap_fen"] else None,
            cap_per=row["cap_per"],
            cap_period=row["cap_period"],
            in_need=row["in_need"] == "yes",
        )
        for row in csv.DictReader(text.splitlines())
    }


def purpose_name(code: str, language: str = "zh") -> str:
    """A purpose or a count's difference in a language; the code where the list has none."""
    purpose = named_purposes().get(code)
    if purpose is None:
        return code
    names = {"en": purpose.name_en, "bo": purpose.name_bo}
    return names.get(language[:2], purpose.name_zh)
