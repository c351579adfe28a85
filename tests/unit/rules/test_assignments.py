"""Assignments of a deployment come over the packaged ones, institution by institution."""

from datetime import date

import pytest

from rules.assignments import InvalidAssignments, load_assignments

FIRST_DAYS = {"a": date(2021, 1, 1)}
EVERYBODY = '[[assignments]]\npolicy = "a"\nvalid_from = 2021-01-01\n'


def test_later_text_replaces_the_rows_of_its_institutions_only():
    local = EVERYBODY.replace("2021-01-01", "2022-01-01")
    own = local + 'institution = "H1"\n'
    found = load_assignments((EVERYBODY, own), FIRST_DAYS, ("surgical",))
    assert found.on("H1", date(2022, 6, 1)).institution == "H1"
    assert found.on("H1", date(2021, 6, 1)).institution == ""
    replaced = load_assignments((EVERYBODY, local), FIRST_DAYS, ("surgical",))
    assert replaced.rows[""][0].valid_from == date(2022, 1, 1)


def test_somebody_without_a_row_must_have_a_policy():
    with pytest.raises(InvalidAssignments, match="no assignment for everybody"):
        load_assignments(('[[assignments]]\npolicy = "a"\nvalid_from = 2021-01-01\n'
                          'institution = "H1"\n',), FIRST_DAYS, ())  # fmt: skip
