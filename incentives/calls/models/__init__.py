"""Tables of calls: the offices that answer, calls with their steps, duties entered by hand."""

from incentives.calls.models.calls import (
    ANSWER_WITHIN,
    LOOK_WITHIN,
    NOTE_LENGTH,
    PHONE_LENGTH,
    PLACE_LENGTH,
    TEXT_LENGTH,
    Call,
    CallRound,
    CallSource,
    CallStatus,
    CallStep,
)
from incentives.calls.models.duties import Duty
from incentives.calls.models.offices import (
    MINUTES_AT_MOST,
    NAME_LENGTH,
    CallLimit,
    Category,
    Office,
    OfficeCategory,
    OfficePerson,
)

__all__ = [
    "ANSWER_WITHIN",
    "LOOK_WITHIN",
    "MINUTES_AT_MOST",
    "NAME_LENGTH",
    "NOTE_LENGTH",
    "PHONE_LENGTH",
    "PLACE_LENGTH",
    "TEXT_LENGTH",
    "Call",
    "CallLimit",
    "CallRound",
    "CallSource",
    "CallStatus",
    "CallStep",
    "Category",
    "Duty",
    "Office",
    "OfficeCategory",
    "OfficePerson",
]
