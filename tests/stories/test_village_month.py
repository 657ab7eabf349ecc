"""A month of 下坝村, from the assembly to the bag of salt, every balance worked out by hand.

Points. Rules of the template: PA01 a patrol 5, CL01 a cleaning day 4, PU01 a day of public works
12, NE02 a day of help with the harvest 5. A bag of salt costs 3 points, a towel 10.

    day    what                                         扎西彭措 格绒志玛 王建国 issued  shop
    3-03   PA01 扎西彭措, 洛绒卓玛 (one), 格绒志玛   +10       +5         0      15      0
    3-04   CL01 王建国                                                            +4      19      0
           … all reviewed on 3-04, notice 1 from 3-05, closed on 3-10:
                                                            10        5         4      19      0
    3-11   PU01 扎西彭措, 2 days of NE02 王建国: notice 2 from 3-12, closed on 3-17:
                                                            22        5        14      41      0
    3-18   扎西彭措's household takes a towel and 2 salts:      6        5        14      41     16
    3-19   one salt comes back:                              9        5        14      41     13
    3-20   PU01 is taken back (entered twice): 9 there,
           3 are owed                                  0, owes 3      5        14      29     13
    3-21   PA01 扎西彭措; publicity is 0 by now:
           3 make up the debt                                2        5        14      34     13
    3-23   the review was right after all: reinstated       14        5        14      46     13
    3-24   王建国 buys 4 salts:                              14        5         2      46     25

Money, in yuan: the collective 5,000.00 into the bank, a gift of 300.00 in cash; 200.00 of it to the
bank. 500.00 to a good family: bank 4,700.00, cash 100.00. Of two gifts one of 80.00 was mistyped
and reversed.

Shelf: of 20 bags of salt 2 - 1 + 4 go, of 10 towels one: 15 and 9 are left.
"""

from datetime import date

import pytest

from incentives import ledger
from incentives.access.actor import SYSTEM, Role
from incentives.access.models import User
from incentives.awards.models import Decision as Ruling
from incentives.awards.operations import (
    Act,
    Adoption,
    BatchLine,
    adopt_rulebook,
    draft_rulebook,
    propose_award,
    propose_batch,
    reinstate_award,
    reverse_award,
    review_awards,
)
from incentives.cards.operations import issue_card
from incentives.cards.queries import url_of
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.fund.models import Decision, Method, Place, Source, Status
from incentives.fund.operations import (
    BudgetLine,
    PayeeChoice,
    Vote,
    apply_for_disbursement,
    approve_disbursement,
    evaluate_disbursement,
    move_money,
    pay_disbursement,
    record_income,
    reverse_income,
    set_budgets,
)
from incentives.fund.queries import find_disbursement
from incentives.ledger.audit import audit
from incentives.ledger.seals import seal_village
from incentives.notices.models import NoticeKind
from incentives.notices.operations import close_notice, make_notice
from incentives.register.lines import tell_lines
from incentives.register.operations import set_policy
from incentives.register.queries import members_of
from incentives.shop.models import Stock, StockOwner, StockSource
from incentives.shop.operations import (
    Item,
    ReturnedLine,
    StockLine,
    add_good,
    by_code,
    open_shop,
    receive_stock,
    redeem,
    refund_redemption,
)
from incentives.shop.queries import find_redemption, sales
from tests.factories import VILLAGE, act, make_household, make_village, staff

PIN = "402857"


class Month:
    """The village of the story and its people."""

    def __init__(self, clock):
        self.clock = clock
        make_village()
        self.tashi = make_household(VILLAGE, "扎西彭措", "洛绒卓玛", door="1组1号")
        self.gerong = make_household(VILLAGE, "格绒志玛", "次仁多吉", door="1组2号")
        self.wang = make_household(VILLAGE, "王建国", "王秀英", door="2组1号")
        self.staff = {role: staff(role) for role in Role}
        self.second_reviewer = staff(Role.REVIEWER)
        self.codes = {
            "tashi": self.tashi.account_code,
            "gerong": self.gerong.account_code,
            "wang": self.wang.account_code,
        }
        self.people = {
            name: [each.id for each in members_of([household.id])[household.id]]
            for name, household in (
                ("tashi", self.tashi),
                ("gerong", self.gerong),
                ("wang", self.wang),
            )
        }

    def by(self, role, operation, **arguments):
        """An act of the one who holds a role, at the story's time."""
        return act(
            lambda: operation(village=VILLAGE, actor=self.staff[role], now=now(), **arguments)
        )

    def on(self, day):
        """Let it be ten in the morning of a day of March."""
        while self.clock.now.day != day:
            self.clock.forward(days=1)

    def balances(self):
        """Points by household, then what is owed."""
        found = ledger.positions(VILLAGE, list(self.codes.values()))
        position = {name: found[code] for name, code in self.codes.items()}
        return tuple(each.balance for each in position.values()), position["tashi"].debt

    def books(self):
        """Issued, taken by the shop, cash, bank."""
        held = ledger.balances(VILLAGE)
        return -held["issuance"], held.get("shop.1", 0), held["cash"], held["bank"]


@pytest.fixture
def month(app, clock):
    return Month(clock)


def test_a_month(month):
    adopt_the_rules(month)
    salt, towel, shop = open_the_shop(month)
    earn_and_publish(month)
    assert month.balances() == ((10, 5, 4), 0)
    earn_more(month)
    assert month.balances() == ((22, 5, 14), 0)
    redemption = buy(month, shop, "tashi", [Item(towel, 1), Item(salt, 2)], day=18)
    assert (redemption.points, redemption.receipt) == (16, 7)
    assert month.balances() == ((6, 5, 14), 0)
    bring_back_one_salt(month, redemption.id, salt)
    assert month.balances() == ((9, 5, 14), 0)
    take_back_and_give_again(month)
    buy(month, shop, "wang", [Item(salt, 4)], day=24)
    assert month.balances() == ((14, 5, 2), 0)
    assert month.books()[:2] == (46, 25)
    assert shelf(salt, towel) == (15, 9)
    keep_the_fund(month)
    assert month.books()[2:] == (100_00, 4_700_00)
    close_the_books(month)


def adopt_the_rules(month):
    """The assembly adopts the county's template as it is."""
    draft = month.by(Role.CADRE, draft_rulebook, source=None)
    today = date(2026, 3, 2)
    adoption = Adoption(held_on=today, present=52, in_favour=50, against=1, effective_on=today)
    month.by(Role.CADRE, adopt_rulebook, number=draft.number, adoption=adoption)


def open_the_shop(month):
    """The village's own shop, with salt and towels on the shelf; salt, towel, shop."""

    def work():
        shop = open_shop(
            division=VILLAGE,
            name="积分兑换超市",
            stock_owner=StockOwner.VILLAGE,
            serves=[VILLAGE],
            actor=SYSTEM,
            now=now(),
        )
        common = {"shop_id": shop.id, "actor": month.staff[Role.CADRE], "now": now()}
        salt = add_good(
            sku="OI007", category="oil", name_zh="食盐", unit="bag", price_points=3, cost_fen=250,
            **common,
        )  # fmt: skip
        towel = add_good(
            sku="DA005", category="daily", name_zh="毛巾", unit="piece", price_points=10,
            cost_fen=900, **common,
        )  # fmt: skip
        receive_stock(
            shop_id=shop.id,
            source=StockSource.PURCHASE,
            lines=[StockLine(salt.id, 20), StockLine(towel.id, 10)],
            voucher="JH0001",
            actor=month.staff[Role.SHOPKEEPER],
            now=now(),
        )
        return salt.id, towel.id, shop.id

    return act(work)


def propose(month, rule_item, day, *people, quantity=1):
    """What a cadre enters on a day of March; the awards' ids."""
    month.on(day)
    lines = [BatchLine(each, quantity) for each in people]
    act_of = Act(rule_item=rule_item, occurred_on=date(2026, 3, day))
    return [each.id for each in month.by(Role.CADRE, propose_batch, act=act_of, lines=lines)]


def approve(month, ids):
    """The review group approves."""
    month.by(Role.REVIEWER, review_awards, award_ids=ids, decision=Ruling.APPROVE)


def publish_until(month, opens, closes):
    """A notice from one day through another, which can't be closed before that is over."""
    month.on(opens)
    notice = month.by(Role.REVIEWER, make_notice, kind=NoticeKind.AWARDS)
    assert notice.closes_on == date(2026, 3, closes)
    month.on(closes)
    with pytest.raises(WrongState):
        month.by(Role.REVIEWER, close_notice, number=notice.number)
    month.on(closes + 1)
    month.by(Role.REVIEWER, close_notice, number=notice.number)


def earn_and_publish(month):
    """Patrol and cleaning, five days in public, then in the books."""
    tashi, lorong = month.people["tashi"]
    patrol = propose(month, "PA01", 3, tashi, lorong, month.people["gerong"][0])
    cleaning = propose(month, "CL01", 4, month.people["wang"][0])
    approve(month, patrol + cleaning)
    assert month.balances() == ((0, 0, 0), 0)
    publish_until(month, opens=5, closes=10)
    assert month.books()[:2] == (19, 0)


def earn_more(month):
    """Public works and two days of help with the harvest."""
    works = propose(month, "PU01", 11, month.people["tashi"][0])
    help_ = propose(month, "NE02", 11, month.people["wang"][0], quantity=2)
    approve(month, works + help_)
    month.works = works[0]
    publish_until(month, opens=12, closes=17)
    assert month.books()[:2] == (41, 0)


def buy(month, shop, name, items, *, day):
    """A household's card is scanned and its PIN typed; goods go over the counter."""
    month.on(day)
    household = {"tashi": month.tashi, "wang": month.wang}[name]
    card = month.by(Role.CADRE, issue_card, household_id=household.id, pin=PIN)
    printed = url_of(db.session.get_one(type(card), card.id))

    def work():
        return redeem(
            redemption_id=new_id(),
            village=VILLAGE,
            shop_id=shop,
            shown=by_code(printed, now=now()),
            items=items,
            pin=PIN,
            actor=month.staff[Role.SHOPKEEPER],
            now=now(),
        ).redemption

    return act(work)


def bring_back_one_salt(month, redemption_id, salt):
    """One of the two bags of salt comes back the next day."""
    month.on(19)
    sale = sales([find_redemption(VILLAGE, redemption_id)])[0]
    line = next(each.id for each in sale.lines if each.good_id == salt)
    refund = month.by(
        Role.SHOPKEEPER,
        refund_redemption,
        redemption_id=redemption_id,
        reason="袋子破了",
        lines=[ReturnedLine(line, 1)],
    )
    assert refund.points == 3


def take_back_and_give_again(month):
    """The award for public works is taken back after it was spent, worked off, and reinstated."""
    month.on(20)
    month.by(Role.REVIEWER, reverse_award, award_id=month.works, reason="登记重复")
    assert month.balances() == ((0, 5, 14), 3)
    assert month.books()[:2] == (29, 13)
    month.by(
        Role.ADMINISTRATOR,
        set_policy,
        values={"publicity_days": 0},
        effective_on=None,
        resolution="村民会议决议",
    )
    month.on(21)
    award = month.by(
        Role.CADRE,
        propose_award,
        act=Act(rule_item="PA01", occurred_on=date(2026, 3, 21)),
        resident_id=month.people["tashi"][0],
    )
    approve(month, [award.id])
    assert month.balances() == ((2, 5, 14), 0)
    month.on(23)
    reinstated = act(
        lambda: reinstate_award(
            village=VILLAGE,
            award_id=month.works,
            reason="签到表找到了",
            actor=month.second_reviewer,
            now=now(),
        )
    )
    assert reinstated.status == "posted"
    assert month.balances() == ((14, 5, 14), 0)
    assert month.books()[:2] == (46, 13)


def shelf(*goods):
    """How many of each good stand on the shelf."""
    return tuple(db.session.get_one(Stock, good, populate_existing=True).quantity for good in goods)


def keep_the_fund(month):
    """Income, one of it mistyped, cash to the bank, and one disbursement through four hands."""

    def receive(source, amount_fen, method, voucher):
        return month.by(
            Role.TREASURER,
            record_income,
            source=source,
            amount_fen=amount_fen,
            received_on=date(2026, 3, 24),
            voucher=voucher,
            method=method,
        )

    receive(Source.COLLECTIVE, 5_000_00, Method.BANK, "SR1")
    receive(Source.DONATION, 300_00, Method.CASH, "SR2")
    mistyped = receive(Source.DONATION, 80_00, Method.CASH, "SR3")
    month.by(Role.TREASURER, reverse_income, income_id=mistyped.id, reason="金额写错")
    month.by(
        Role.TREASURER,
        move_money,
        from_place=Place.CASH,
        to_place=Place.BANK,
        amount_fen=200_00,
        moved_on=date(2026, 3, 24),
    )
    assert month.books()[2:] == (100_00, 5_200_00)
    month.by(
        Role.TREASURER,
        set_budgets,
        year=2026,
        lines={"family": BudgetLine(1_000_00)},
        vote=Vote(
            held_on=date(2026, 3, 20),
            present=40,
            in_favour=38,
            against=0,
            resolution="村民会议决议",
        ),
    )
    wish = month.by(
        Role.CADRE,
        apply_for_disbursement,
        purpose="family",
        payee=PayeeChoice(household_id=month.gerong.id),
        amount_fen=500_00,
        reason="好家风家庭",
    )
    decide = {"disbursement_id": wish.id, "decision": Decision.APPROVE}
    month.by(Role.REVIEWER, evaluate_disbursement, **decide)
    month.by(Role.SUPERVISOR, approve_disbursement, **decide)
    month.by(
        Role.TREASURER,
        pay_disbursement,
        disbursement_id=wish.id,
        paid_on=date(2026, 3, 24),
        method=Method.BANK,
        voucher="ZC1",
    )
    assert find_disbursement(VILLAGE, wish.id).status is Status.PAID


def close_the_books(month):
    """Every account by hand, the household's statement line by line, and nothing amiss."""
    held = {row.code: row.balance for row in ledger.trial_balance(VILLAGE) if row.balance}
    tashi, gerong, wang = month.codes.values()
    assert held == {
        "issuance": -46,
        f"h.{tashi}": 14,
        f"h.{gerong}": 5,
        f"h.{wang}": 2,
        "shop.1": 25,
        "income.collective": -5_000_00,
        "income.donation": -300_00,
        "cash": 100_00,
        "bank": 4_700_00,
        "spending.family": 500_00,
    }
    lines = ledger.statement(VILLAGE, tashi)["items"]
    told = [(line.points, line.balance_after, line.of_debt) for line in reversed(lines)]
    assert told == [
        (5, 5, False),
        (5, 10, False),
        (12, 22, False),
        (-16, 6, False),
        (3, 9, False),
        (-9, 0, False),
        (-3, -3, True),
        (3, 0, True),
        (2, 2, False),
        (12, 14, False),
    ]
    tell_who_decided(month, lines)
    assert audit(VILLAGE) == []
    assert seal_village(VILLAGE, now=now())
    assert audit(VILLAGE) == []


def tell_who_decided(month, lines):
    """An award's line names its proposer and its reviewer, a reversal's who reversed it."""
    people = {
        month.staff[Role.CADRE].person: "提名人",
        month.staff[Role.REVIEWER].person: "评议人",
        month.second_reviewer.person: "第二评议人",
    }
    for person, name in people.items():
        act(lambda person=person, name=name: keep_name(person, name))
    told = {line.voucher: line.small for line in tell_lines(lines)}
    works, taken_back, reinstated = told[5], told[9], told[11]
    assert "提名人" in works
    assert "评议人" in works
    assert "提名人" not in taken_back
    assert "评议人" in taken_back
    assert "第二评议人" in reinstated


def keep_name(person, name):
    """An account for somebody who so far only acted, so that the name is known."""
    account = User(
        id=person,
        username=name,
        name=name,
        password_hash="-",
        added_by=person,
        added_at=now(),
    )
    db.session.add(account)
