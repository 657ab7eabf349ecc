"""The points supermarket (积分超市): goods, stock, redemption and refund.

A redemption is one ledger event, one stock movement and one receipt in one transaction; its
lines keep points and cost of that moment. Stock never falls below zero, and what left the
shelf is always on the books. Prices are set by those who don't keep the shop.
"""

from flask import Flask

from incentives.cards.operations.scanning import serves_hook
from incentives.files.queries import keepers, readers
from incentives.recovery import hooks
from incentives.shop.queries import serves_village
from incentives.shop.queries.files import keeps_voucher, may_read_voucher
from incentives.shop.rebuilding import lose_goods


def init_app(_app: Flask) -> None:
    """Let a scan know which shops serve the card's village, and files who may read vouchers."""
    serves_hook[:] = [serves_village]
    if may_read_voucher not in readers:
        readers.append(may_read_voucher)
    if keeps_voucher not in keepers:
        keepers.append(keeps_voucher)
    hooks.add(hooks.losers, lose_goods)
