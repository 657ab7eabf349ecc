"""The points supermarket (积分超市): goods, stock, redemption and refund.

A redemption is one ledger event, one stock movement and one receipt in one transaction; its
lines keep points and cost of that moment. Stock never falls below zero, and what left the
shelf is always on the books. Prices are set by those who don't keep the shop.
"""
