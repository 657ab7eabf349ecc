"""Who can sign in to the demo county: one account a duty, all with the same password."""

from dataclasses import dataclass

from incentives.access.actor import Role
from incentives.register.queries import served_villages

PASSWORD = "jishan-demo"  # noqa: S105 -- public, and good on this machine only
COUNTY = "513336"
TOWNSHIP = "513336101"


@dataclass(frozen=True)
class Duty:
    """A duty of the demo: the account's first word, its role, and what it is in Chinese."""

    word: str
    role: Role
    title: str


COUNTY_DUTIES = (
    Duty("admin", Role.ADMINISTRATOR, "乡城县管理员"),
    Duty("responder", Role.RESPONDER, "县交通局答复人"),
)
TOWNSHIP_DUTIES = (
    Duty("overseer", Role.OVERSEER, "乡镇干部"),
    Duty("reviewer", Role.REVIEWER, "乡镇评议员"),
    Duty("supervisor", Role.SUPERVISOR, "乡镇监督员"),
    Duty("responder", Role.RESPONDER, "乡镇水电站答复人"),
)
VILLAGE_DUTIES = (
    Duty("cadre", Role.CADRE, "村委会干部"),
    Duty("cadre2", Role.CADRE, "网格员"),
    Duty("reviewer", Role.REVIEWER, "评议小组"),
    Duty("reviewer2", Role.REVIEWER, "评议小组"),
    Duty("treasurer", Role.TREASURER, "微基金出纳"),
    Duty("supervisor", Role.SUPERVISOR, "村务监督委员会"),
    Duty("shopkeeper", Role.SHOPKEEPER, "积分超市店主"),
)


@dataclass(frozen=True)
class DemoAccount:
    """An account as it is listed."""

    username: str
    what: str


def accounts() -> list[DemoAccount]:
    """All accounts of the demo county in this database."""
    listed = [DemoAccount(duty.word, duty.title) for duty in COUNTY_DUTIES]
    listed += [
        DemoAccount(f"{duty.word}.{TOWNSHIP}", f"青德镇 {duty.title}") for duty in TOWNSHIP_DUTIES
    ]
    for village in served_villages():
        listed += [
            DemoAccount(f"{duty.word}.{village.code}", f"{village.short_name} {duty.title}")
            for duty in VILLAGE_DUTIES
        ]
    return listed
