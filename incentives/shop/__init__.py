"""The points supermarket (积分超市): goods, stock, redemption, refund and settlement.

A redemption is one ledger event, one stock movement and one receipt in one transaction; its
lines keep points and cost of that moment. Stock never falls below zero, and what left the
shelf is always on the books. Prices are set by those who don't keep the shop. What a shopkeeper is
owed goes through four hands, and no step while points, goods and money don't agree.
"""

from flask import Flask

from incentives.access.hooks import at_terminal_of, with_terminal
from incentives.awards.cover import covers, promised_points
from incentives.cards.operations.scanning import serves_hook
from incentives.files.queries import keepers, readers
from incentives.fund.queries.book import more_of_lines
from incentives.fund.queries.points import (
    goods_costs,
    points_paid_for,
    promises,
    shelf_values,
    shops_owed,
    unsettled_points,
)
from incentives.fund.queries.typed import shop_keepers
from incentives.ledger import Kind
from incentives.recovery import hooks
from incentives.register.lines import namers
from incentives.shop.cover import shelf_and_budget
from incentives.shop.operations import act_at_terminal
from incentives.shop.queries import (
    handed_out_fen,
    join_terminal,
    owed,
    serves_village,
    shelf_value_fen,
)
from incentives.shop.queries.files import keeps_voucher, may_read_voucher
from incentives.shop.queries.settlements import who_keeps_shops
from incentives.shop.rebuilding import lose_goods, rebuild_settlement
from incentives.shop.telling import name_goods, tell_settlements


def init_app(_app: Flask) -> None:
    """Set in lower rooms what the shop knows.

    Scans ask who serves a village, access how a terminal acts, files who reads vouchers, the fund
    who was paid and who keeps a shop, what the shelf holds, what went from it had cost and for
    which points, what shopkeepers are owed and what awards promise, statements its goods in
    English, awards whether shelf and budget cover their promises.
    """
    serves_hook[:] = [serves_village]
    with_terminal[:] = [join_terminal]
    at_terminal_of[:] = [act_at_terminal]
    if may_read_voucher not in readers:
        readers.append(may_read_voucher)
    if keeps_voucher not in keepers:
        keepers.append(keeps_voucher)
    hooks.add(hooks.losers, lose_goods)
    hooks.add(hooks.rebuilders, rebuild_settlement)
    hooks.add(more_of_lines, tell_settlements)
    namers[Kind.REDEMPTION] = name_goods
    hooks.add(shop_keepers, who_keeps_shops)
    hooks.add(shelf_values, shelf_value_fen)
    hooks.add(goods_costs, handed_out_fen)
    hooks.add(points_paid_for, owed.paid_for_points)
    hooks.add(unsettled_points, owed.unsettled_points)
    hooks.add(shops_owed, owed.owed_fen)
    hooks.add(promises, promised_points)
    hooks.add(covers, shelf_and_budget)
