"""Every pair of state and act, legal or not; versions that changed; the order of arrival."""

from datetime import timedelta
from itertools import product

import pytest

from gateway.canonical.recognition import TRANSITIONS, DecisionAct, DecisionState
from gateway.errors import Conflict
from gateway.services.decision_rules import changed_since, next_state, require_same_versions
from gateway.services.reminder_record import OfferedReport
from gateway.services.report_versions import Arrival, arrival
from gateway.storage.intake import Route
from tests.factories import NOON, event_time

OFFERED = (
    OfferedReport("r", 2, "lab", "A", "甲院", "F1", "2026-11-01"),
    OfferedReport("s", 1, "study", "A", "甲院", "F2", "2026-11-01"),
)
SHOWN = (("r", 2), ("s", 1))


@pytest.mark.parametrize(("state", "act"), list(product(DecisionState, DecisionAct)))
def test_every_pair_of_state_and_act(state: DecisionState, act: DecisionAct) -> None:
    if (state, act) in TRANSITIONS:
        assert next_state(state, act) is TRANSITIONS[state, act]
    else:
        with pytest.raises(Conflict):
            next_state(state, act)


def test_decision_holds_for_the_versions_offered() -> None:
    require_same_versions(OFFERED, SHOWN, {"r": (2, "final")})


@pytest.mark.parametrize("stated", [(), (("r", 2),), (("r", 1), ("s", 1)), (*SHOWN, ("x", 1))])
def test_decision_on_other_versions_is_refused(stated: tuple[tuple[str, int], ...]) -> None:
    with pytest.raises(Conflict):
        require_same_versions(OFFERED, stated, {"r": (2, "final")})


def test_decision_on_a_corrected_report_is_refused() -> None:
    assert changed_since(OFFERED, {"r": (3, "corrected")}) == ["r"]
    with pytest.raises(Conflict):
        require_same_versions(OFFERED, SHOWN, {"r": (3, "corrected")})


LATER, EARLIER = NOON + timedelta(hours=1), NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("issued", "made", "expected"),
    [
        (LATER, EARLIER, Arrival.NEWER),
        (EARLIER, LATER, Arrival.LATE_OLDER),
        (NOON, LATER, Arrival.NEWER),
        (NOON, EARLIER, Arrival.LATE_OLDER),
        (NOON, NOON, Arrival.NEWER),
        (None, EARLIER, Arrival.LATE_OLDER),
        (None, None, Arrival.NEWER),
    ],
)
def test_time_of_issue_then_of_the_message_decides(
    issued: object, made: object, expected: Arrival
) -> None:
    route = Route("p", "r", "p", 1, NOON, NOON, NOON, b"old")
    times = [event_time(each) if each else None for each in (issued, made)]  # type: ignore[arg-type]
    assert arrival(route, times[0], times[1], b"new") is expected


def test_first_and_same_content() -> None:
    assert arrival(None, None, None, b"x") is Arrival.FIRST
    assert arrival(Route("p", "r", "p", content_digest=b"x"), None, None, b"x") is Arrival.SAME
