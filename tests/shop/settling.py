"""A shopkeeper's shop in a village, four people for its settlement, and any state of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from incentives import ledger
from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.access.models import User
from incentives.access.people import actor_of_user
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund.models import Decision, Method, Source
from incentives.fund.operations import close_month, confirm_count, count_cash, record_income
from incentives.fund.queries.closing import held_on
from incentives.ledger.kinds import Kind
from incentives.notices.operations import About, make_objection, rule_on_objection
from incentives.shop import operations
from incentives.shop.models import Settlement, SettlementStatus, StockOwner, StockSource
from incentives.shop.operations import Item, StockLine
from incentives.shop.queries import sales
from incentives.shop.queries.redemptions import find_redemption
from incentives.shop.queries.settlements import after
from incentives.shop.states import Action
from tests.factories import VILLAGE, act, make_household, make_village, staff

SOAP, OIL = 10, 40  # points
SOAP_FEN, OIL_FEN = 800, 3000  # what one costs
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def user(role: Role, division: str, *, resident: UUID | None = None) -> Actor:
    """A member of staff with an account, as a resident or of no household."""
    name = f"u{new_id().hex[-12:]}"
    act(
        lambda: (
            access.add_user(
                username=name,
                name=role.value,
                password="jishan-demo",
                roles=[Assignment(role, division)],
                resident_id=resident,
                actor=SYSTEM,
                now=now(),
            ).id
        )
    )
    return actor_of_user(db.session.query(User).filter_by(username=name).one())


@dataclass
class Trade:
    """A shop and what is done with it, in one village unless said otherwise."""

    clock: Any
    division: str = VILLAGE
    serves: Sequence[str] = (VILLAGE,)
    owner: StockOwner = StockOwner.SHOPKEEPER
    shop: UUID = field(init=False)
    goods: dict[str, UUID] = field(init=False)
    households: dict[str, Any] = field(init=False)
    cards: dict[str, str] = field(init=False)
    people: dict[str, dict[Role, Actor]] = field(init=False)

    def __post_init__(self) -> None:
        for village in self.serves:
            make_village(village, daily_redemption_cap=5000, pin_above=5000, refund_days=60)
        self.keeper_home = make_household(self.serves[0], "店主老李", door="9")
        self.keeper = user(Role.SHOPKEEPER, self.division, resident=self.keeper_home.head_id)
        self.shop = act(self.open)
        self.goods = {
            "soap": act(lambda: self.add("soap", "香皂", SOAP, SOAP_FEN)),
            "oil": act(lambda: self.add("oil", "菜油", OIL, OIL_FEN)),
        }
        source = (
            StockSource.SHOPKEEPER if self.owner is StockOwner.SHOPKEEPER else StockSource.PURCHASE
        )
        act(
            lambda: (
                operations.receive_stock(
                    shop_id=self.shop,
                    source=source,
                    lines=[StockLine(good, 100) for good in self.goods.values()],
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
        self.households, self.cards, self.people = {}, {}, {}
        for village in self.serves:
            self.people[village] = {
                role: staff(role, village)
                for role in (Role.REVIEWER, Role.SUPERVISOR, Role.TREASURER, Role.CADRE)
            }
            home = make_household(village, "扎西彭措", door="1")
            self.households[village] = home
            self.give(village, home.account_code, 1000)
            self.cards[village] = act(lambda home=home: self.issue(home))
            self.fund(village, 1_000_00)

    def open(self) -> UUID:
        return operations.open_shop(
            division=self.division,
            name="积分超市",
            stock_owner=self.owner,
            serves=list(self.serves),
            actor=SYSTEM,
            now=now(),
        ).id

    def add(self, sku: str, name: str, points: int, cost_fen: int) -> UUID:
        return operations.add_good(
            shop_id=self.shop,
            sku=sku,
            category="daily",
            name_zh=name,
            unit="件",
            price_points=points,
            cost_fen=cost_fen,
            actor=SYSTEM,
            now=now(),
        ).id

    def give(self, village: str, account: str, points: int) -> None:
        """Points from an award."""

        def work() -> None:
            ledger.hold([village])
            draft = ledger.Draft(
                village=village,
                kind=Kind.AWARD,
                occurred_on=date(2026, 3, 1),
                legs=[ledger.give("issuance", account, points)],
                record=new_id(),
            )
            ledger.post([draft], actor=new_id(), now=now())

        act(work)

    def issue(self, home: Any) -> str:
        card = issue_card(village=home.village, household_id=home.id, actor=SYSTEM, now=now())
        return code_of(card)

    def fund(
        self, village: str, amount_fen: int, method: Method = Method.CASH, on: date = MARCH
    ) -> None:
        """Money into the fund."""
        act(
            lambda: (
                record_income(
                    village=village,
                    source=Source.COLLECTIVE,
                    amount_fen=amount_fen,
                    received_on=on,
                    voucher="R",
                    method=method,
                    actor=self.people[village][Role.TREASURER],
                    now=now(),
                ).id
            )
        )

    def close_fund(self, village: str = VILLAGE, month: date = MARCH) -> None:
        """The fund's month is closed: nothing of its days is posted any more."""
        treasurer = self.people[village][Role.TREASURER]
        last = after(month) - timedelta(days=1)
        counting = {
            "counted_on": last,
            "counted_fen": held_on(village, "cash", last),
            "actor": treasurer,
        }
        counted = act(lambda: count_cash(village=village, month=month, now=now(), **counting).id)
        confirming = {"decision": Decision.APPROVE, "actor": self.people[village][Role.SUPERVISOR]}
        act(lambda: confirm_count(village=village, count_id=counted, now=now(), **confirming).id)
        act(lambda: close_month(village=village, month=month, actor=treasurer, now=now()).month)

    def on(self, day: date) -> None:
        """Let it be ten in the morning of a day to come."""
        here = self.clock.now.date()
        assert here <= day, (here, day)
        self.clock.forward(days=(day - here).days)

    def sell(self, village: str = VILLAGE, *, cash_fen: int = 0, **quantities: int) -> UUID:
        """A sale to the village's household: quantities by article number."""
        items = [Item(self.goods[sku], quantity) for sku, quantity in quantities.items()]

        def work() -> UUID:
            return operations.redeem(
                redemption_id=new_id(),
                village=village,
                shop_id=self.shop,
                shown=operations.by_code(self.cards[village], now=now()),
                items=items,
                cash_fen=cash_fen,
                actor=self.keeper,
                now=now(),
            ).redemption.id

        return act(work)

    def take_back(self, sale: UUID, village: str = VILLAGE, **quantities: int) -> UUID:
        """Goods of a sale brought back; all of them where none are named."""
        lines = None
        if quantities:
            sold = sales([find_redemption(village, sale)])[0].lines
            by_good = {line.good_id: line.id for line in sold}
            lines = [
                operations.ReturnedLine(by_good[self.goods[sku]], quantity)
                for sku, quantity in quantities.items()
            ]
        return act(
            lambda: (
                operations.refund_redemption(
                    village=village,
                    redemption_id=sale,
                    reason="拿错了",
                    lines=lines,
                    actor=self.keeper,
                    now=now(),
                ).id
            )
        )

    def submit(
        self, month: date = MARCH, village: str = VILLAGE, *, actor: Actor | None = None
    ) -> UUID:
        return act(
            lambda: (
                operations.submit_settlement(
                    village=village,
                    shop_id=self.shop,
                    month=month,
                    actor=actor or self.keeper,
                    now=now(),
                ).id
            )
        )

    def do(
        self,
        action: Action,
        settlement: UUID,
        *,
        village: str = VILLAGE,
        actor: Actor | None = None,
        **more: Any,
    ) -> SettlementStatus:
        """Take a step by the one whose duty it is, or by another; the state afterwards."""
        people = self.people[village]
        steps: dict[Action, tuple[Any, Actor, dict[str, Any]]] = {
            Action.CHECK: (operations.check_settlement, people[Role.REVIEWER], {}),
            Action.APPROVE: (
                operations.approve_settlement,
                people[Role.SUPERVISOR],
                {"decision": Decision.APPROVE},
            ),
            Action.PAY: (
                operations.pay_settlement,
                people[Role.TREASURER],
                {"method": Method.CASH, "voucher": "P-7"},
            ),
            Action.CONFIRM: (operations.confirm_settlement, self.keeper, {}),
            Action.REJECT: (
                operations.check_settlement,
                people[Role.REVIEWER],
                {"decision": Decision.REJECT, "reason": "数不对"},
            ),
            Action.REVERSE_APPROVAL: (
                operations.reverse_settlement,
                people[Role.SUPERVISOR],
                {"reason": "批错了"},
            ),
            Action.REVERSE_PAYMENT: (
                operations.reverse_settlement,
                people[Role.TREASURER],
                {"reason": "付错了"},
            ),
        }
        operation, usual, with_it = steps[action]
        arguments = with_it | more
        act(
            lambda: operation(
                village=village,
                settlement_id=settlement,
                actor=actor or usual,
                now=now(),
                **arguments,
            )
        )
        return self.status(settlement)

    def through(
        self, settlement: UUID, *actions: Action, village: str = VILLAGE
    ) -> SettlementStatus:
        for action in actions:
            self.do(action, settlement, village=village)
        return self.status(settlement)

    def status(self, settlement: UUID) -> SettlementStatus:
        return self.row(settlement).status

    def row(self, settlement: UUID) -> Settlement:
        return db.session.get_one(Settlement, settlement, populate_existing=True)

    def held(self, village: str = VILLAGE) -> dict[str, int]:
        """What the accounts of a village hold that aren't households' and aren't empty."""
        return {code: n for code, n in ledger.balances(village).items() if n}


ALL = (Action.CHECK, Action.APPROVE, Action.PAY, Action.CONFIRM)
WAYS: dict[SettlementStatus, tuple[Action, ...]] = {
    SettlementStatus.SUBMITTED: (),
    SettlementStatus.CHECKED: ALL[:1],
    SettlementStatus.APPROVED: ALL[:2],
    SettlementStatus.PAID: ALL[:3],
    SettlementStatus.CONFIRMED: ALL,
    SettlementStatus.REJECTED: (Action.REJECT,),
}


def reach(trade: Trade, status: SettlementStatus) -> UUID:
    """A settlement of March that has come to this state."""
    settlement = trade.submit()
    trade.through(settlement, *WAYS[status])
    assert trade.status(settlement) is status
    return settlement


def home_of(household: Any) -> Actor:
    """A household's head, signed in by card."""
    return Actor(
        person=household.head_id,
        user_id=None,
        resident_id=household.head_id,
        household_id=household.id,
        name="card",
        roles=(),
        village=household.village,
    )


def dispute(sale: UUID, actor: Actor, village: str = VILLAGE) -> UUID:
    """An objection to a sale; its id."""
    return act(
        lambda: (
            make_objection(
                village=village,
                about=About(redemption=sale),
                reason="没拿到东西",
                actor=actor,
                now=now(),
            ).id
        )
    )


def rule(
    objection: UUID, village: str = VILLAGE, *, at_fault: bool | None, actor: Actor | None = None
) -> None:
    """Uphold an objection to a sale, by a reviewer unless said otherwise."""
    act(
        lambda: (
            rule_on_objection(
                village=village,
                objection_id=objection,
                upheld=True,
                reason="查过了",
                shop_at_fault=at_fault,
                actor=actor or staff(Role.REVIEWER, village),
                now=now(),
            ).id
        )
    )
