"""Clearing (积分清零): what is left at the end of a quarter or year, where policy says so.

Nothing is cleared by surprise: the day is announced when the period ends, and what was earned
before it can be spent through the days of grace. Whoever looks sees what will go and when.
"""
