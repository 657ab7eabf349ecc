"""Calls (便民呼): what anybody reports, and the office that must answer it, step by step in time.

A report reaches the office that answers for its category, in the village, the township or the
county; its caller follows it by a secret link, rates the answer, and may send it back once. What is
past its time stands in public under the office's name, never under a villager's.
"""

from flask import Flask

from incentives.access.hooks import words_for
from incentives.awards import timeline
from incentives.calls.queries import may_read_photo
from incentives.calls.queries.untrue import steps_of_untrue
from incentives.calls.words import category_word
from incentives.files.queries import readers


def init_app(_app: Flask) -> None:
    """Let those see a call's photos who may read the call, the trail name categories, and an
    award's page say that its report proved untrue."""
    if category_word not in words_for:
        words_for.append(category_word)
    if may_read_photo not in readers:
        readers.append(may_read_photo)
    if steps_of_untrue not in timeline.more_steps:
        timeline.more_steps.append(steps_of_untrue)
