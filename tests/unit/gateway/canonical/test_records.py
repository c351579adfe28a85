"""The other canonical records: what cannot exist is refused at construction."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.institution import Validity
from gateway.canonical.patient import normalize_name
from gateway.canonical.recognition import TRANSITIONS, DecisionAct, DecisionState
from gateway.canonical.times import EventTime, Precision, ZoneSource, local_date
from tests.factories import a_lab_report, a_result, an_imaging_report, an_instance, event_time


def test_event_time_is_kept_in_utc() -> None:
    china = timezone(timedelta(hours=8))
    with pytest.raises(InvalidRecord, match="instant"):
        EventTime(
            datetime(2026, 1, 1, tzinfo=china), "2026", Precision.YEAR, ZoneSource.INSTITUTION
        )


def test_local_date_changes_at_midnight_in_china() -> None:
    before = datetime(2026, 1, 1, 15, 59, 59, tzinfo=UTC)
    assert local_date(before) == date(2026, 1, 1)
    assert event_time(before + timedelta(seconds=1)).local_date == date(2026, 1, 2)


@pytest.mark.parametrize("make", [a_lab_report, an_imaging_report])
def test_report_without_number_cannot_exist(make: type) -> None:
    with pytest.raises(InvalidRecord, match="filler_order_number"):
        make(filler_order_number="")


def test_instance_without_uid_cannot_exist() -> None:
    with pytest.raises(InvalidRecord, match="series_instance_uid"):
        an_instance(series_instance_uid="")


@pytest.mark.parametrize(
    ("flags", "critical"), [(("HH",), True), (("H", "LL"), True), (("H",), False), ((), False)]
)
def test_critical_value_is_what_the_sender_marked(flags: tuple[str, ...], critical: bool) -> None:
    assert a_result(abnormal_flags=flags).is_critical is critical


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("王 小 明", "王小明"),
        ("\uff37\uff21\uff2e\uff27  \uff38\uff2d", "WANG XM"),
        ("玘", "玘"),
        ("  ", None),
        ("", None),
    ],
)
def test_names_are_folded_for_comparison(text: str, name: str | None) -> None:
    assert normalize_name(text) == name


def test_validity_includes_both_ends() -> None:
    span = Validity(date(2026, 1, 1), date(2026, 1, 31))
    assert span.covers(date(2026, 1, 1))
    assert span.covers(date(2026, 1, 31))
    assert not span.covers(date(2026, 2, 1))
    assert Validity(date(2026, 1, 1)).covers(date(2099, 1, 1))


def test_transitions_are_those_of_the_decision_table() -> None:
    legal = {(str(state), str(act)) for state, act in TRANSITIONS}
    assert legal == {
        ("open", "accept"),
        ("open", "reject"),
        ("accepted", "undo"),
        ("rejected", "undo"),
        ("undone", "accept"),
        ("undone", "reject"),
    }
    assert len(legal) < len(DecisionState) * len(DecisionAct)
