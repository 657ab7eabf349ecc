"""What patrols ask of calls: a function that calls sets, so that a finding becomes a call."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from incentives.access.actor import Actor
from incentives.patrols.models import Finding

# Reports a finding to the office that answers for it and gives the call's id.
reporters: list[Callable[[Finding, Actor, datetime], UUID]] = []
