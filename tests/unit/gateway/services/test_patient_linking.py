"""Exact identifiers or an explicit no-match, never a guess."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.services.patient_linking import Claim, KnownPersons, Match, link

R1, R2 = Claim(b"r1", True), Claim(b"r2", True)
L1, L2 = Claim(b"l1", False), Claim(b"l2", False)


def known(**persons: tuple[Claim, ...]) -> KnownPersons:
    made = KnownPersons()
    for person, claims in persons.items():
        made.bind(person, claims)
    return made


def test_no_identifier_matches_nobody() -> None:
    assert link((), known(p=(R1,))).match is Match.NONE


def test_unknown_identifiers_make_a_new_person() -> None:
    found = link((R1, L1), known())
    assert (found.match, found.bind) == (Match.NEW, (R1, L1))


def test_known_identifier_ties_the_unknown_one() -> None:
    found = link((R1, L1), known(p=(R1,)))
    assert (found.match, found.person, found.bind) == (Match.EXACT, "p", (L1,))


def test_local_number_of_another_resident_is_a_conflict() -> None:
    assert link((R2, L1), known(p=(R1, L1))).match is Match.CONFLICT


def test_two_residents_in_one_message_are_a_conflict() -> None:
    assert link((R1, R2), known()).match is Match.CONFLICT


def test_person_with_resident_id_absorbs_the_one_without() -> None:
    found = link((L1, R1), known(local=(L1,), resident=(R1,)))
    assert (found.person, found.absorb) == ("resident", ("local",))


def test_absorbed_person_is_found_under_the_other() -> None:
    state = known(local=(L1, L2), resident=(R1,))
    state.absorb("resident", ["local"])
    assert link((L2,), state).person == "resident"


CLAIMS = st.builds(Claim, st.sampled_from([b"1", b"2", b"3", b"4"]), st.booleans())


@given(st.lists(st.lists(CLAIMS, max_size=3).map(tuple), max_size=12))
def test_no_person_ever_has_two_resident_numbers(messages: list[tuple[Claim, ...]]) -> None:
    state, residents = KnownPersons(), dict[str, set[bytes]]()
    for number, claims in enumerate(messages):
        found = link(claims, state)
        if found.match in (Match.NONE, Match.CONFLICT):
            continue
        person = found.person or f"p{number}"
        state.bind(person, found.bind)
        state.absorb(person, found.absorb)
        for other in found.absorb:
            residents.setdefault(person, set()).update(residents.pop(other, set()))
        residents.setdefault(person, set()).update(c.key for c in found.bind if c.is_resident_id)
    assert all(len(numbers) <= 1 for numbers in residents.values())
