"""The physician's side: decisions, their states, and the closed list of events."""

from enum import StrEnum


class DecisionState(StrEnum):
    """State of a decision on one reminder item (四（二）)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDONE = "undone"


class DecisionAct(StrEnum):
    """What the physician can do with an item."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"


#: Every legal transition; a pair that is not listed is refused.
TRANSITIONS: dict[tuple[DecisionState, DecisionAct], DecisionState] = {
    (DecisionState.OPEN, DecisionAct.ACCEPT): DecisionState.ACCEPTED,
    (DecisionState.OPEN, DecisionAct.REJECT): DecisionState.REJECTED,
    (DecisionState.ACCEPTED, DecisionAct.UNDO): DecisionState.UNDONE,
    (DecisionState.REJECTED, DecisionAct.UNDO): DecisionState.UNDONE,
    (DecisionState.UNDONE, DecisionAct.ACCEPT): DecisionState.ACCEPTED,
    (DecisionState.UNDONE, DecisionAct.REJECT): DecisionState.REJECTED,
}


class EventName(StrEnum):
    """The closed list of events from which every indicator is computed (一（一）, 八（三）)."""

    MATCH_FOUND = "match:found"
    REMINDER_SHOWN = "reminder:shown"
    REPORT_VIEWED = "report:viewed"
    RECOGNITION_ACCEPTED = "recognition:accepted"
    RECOGNITION_REJECTED = "recognition:rejected"
    RECOGNITION_UNDONE = "recognition:undone"
    REPORT_CITED = "report:cited"
    ORDER_SIGNED = "order:signed"
    ORDER_WITHDRAWN = "order:withdrawn"
    VISIT_CLOSED = "visit:closed"
    ORDER_REPEATED = "order:repeated"
    RESULT_LATER = "result:later"
