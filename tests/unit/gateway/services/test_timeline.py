"""Of many imports, the newest that speaks of a day decides it; nothing replaced comes back."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.canonical.institution import Validity
from gateway.services.timeline import Chronicle, Entry, Timeline, all_in_force, in_force, overlap

DAY_ONE = date(2021, 1, 1)


def entry(batch: int, first: int, last: int | None, record: str = "", line: int = 2) -> Entry[str]:
    return Entry(batch, line, ("H001",), Validity(on(first), last and on(last)), record)


def timeline_of(entries: list[Entry[str]]) -> Timeline[str]:
    nothing: Chronicle[str] = Chronicle()
    return nothing.with_entries(entries).timelines.get(("H001",), ())


def on(day: int) -> date:
    return DAY_ONE + timedelta(days=day - 1)


def records(entries: list[Entry[str]], last: int = 12) -> str:
    """The record in force on each day, `.` for none."""
    timeline = timeline_of(entries)
    return "".join(in_force(timeline, on(day)) or "." for day in range(1, last + 1))


def test_row_is_in_force_from_its_first_to_its_last_day() -> None:
    assert records([entry(1, 3, 5, "a")]) == "..aaa......."


def test_open_row_has_no_end() -> None:
    timeline = timeline_of([entry(1, 3, None, "a")])
    assert in_force(timeline, date.max) == "a"


def test_later_import_decides_from_its_first_day_on() -> None:
    assert records([entry(1, 2, None, "a"), entry(2, 6, None, "b")]) == ".aaaabbbbbbb"


def test_later_import_of_the_same_first_day_replaces_the_row_whole() -> None:
    assert records([entry(1, 2, None, "a"), entry(2, 2, 4, "b")]) == ".bbb........"


def test_older_row_goes_on_after_a_bounded_newer_one() -> None:
    assert records([entry(1, 2, None, "a"), entry(2, 4, 6, "b")]) == ".aabbbaaaaaa"


def test_replaced_row_does_not_uncover_what_it_had_covered() -> None:
    """An institution graded anew and then closed does not get its first grade back."""
    first, graded_anew, closed = entry(1, 1, None, "a"), entry(2, 4, None, "b"), entry(3, 4, 6, "c")
    assert records([first, graded_anew, closed]) == "aaaccc......"


def test_several_rows_of_one_import_hold_together() -> None:
    timeline = timeline_of([entry(1, 1, None, "a"), entry(1, 1, None, "b", line=3)])
    assert all_in_force(timeline, DAY_ONE) == ("a", "b")


def test_later_import_replaces_all_rows_of_the_key_on_its_days() -> None:
    entries = [entry(1, 1, None, "a"), entry(1, 1, None, "b", line=3), entry(2, 5, None, "c")]
    timeline = timeline_of(entries)
    assert all_in_force(timeline, on(4)) == ("a", "b")
    assert all_in_force(timeline, on(5)) == ("c",)


def test_keys_do_not_touch_each_other() -> None:
    other = Entry(2, 2, ("H002",), Validity(DAY_ONE), "z")
    assert records([entry(1, 1, 2, "a"), other], last=3) == "aa."


entries_strategy = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 10), st.integers(0, 6) | st.none()), max_size=8
)


@given(rows=entries_strategy)
def test_every_day_agrees_with_reading_the_imports_backwards(
    rows: list[tuple[int, int, int | None]],
) -> None:
    entries = [
        entry(batch, first, None if length is None else first + length, str(number), number)
        for number, (batch, first, length) in enumerate(rows)
    ]
    timeline = timeline_of(entries)
    step_by_step: Chronicle[str] = Chronicle()
    for one in sorted(entries, key=lambda one: one.batch):
        step_by_step = step_by_step.with_entries([one])
    assert set(step_by_step.timelines.get(("H001",), ())) == set(timeline)
    for day in range(1, 20):
        assert set(all_in_force(timeline, on(day))) == _expected(entries, on(day))


def _expected(entries: list[Entry[str]], day: date) -> set[str]:
    """The newest batch that claims the day, unless a newer one replaced the row it claims with."""
    claiming = [one for one in entries if one.validity.covers(day)]
    newest = max((one.batch for one in claiming), default=0)
    replaced = {one.validity.valid_from for one in entries if one.batch > newest}
    return {
        one.record
        for one in claiming
        if one.batch == newest and one.validity.valid_from not in replaced
    }


@given(one=st.integers(1, 9), two=st.integers(1, 9), length=st.integers(0, 4))
def test_overlap_is_mutual(one: int, two: int, length: int) -> None:
    first, second = Validity(on(one), on(one + length)), Validity(on(two))
    shares = any(second.covers(on(day)) for day in range(one, one + length + 1))
    assert overlap(first, second) is overlap(second, first) is shares
