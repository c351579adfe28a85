"""Records of one person that become one, and that turn out to be two (ADT^A40, A47, A37).

A merge joins persons as a report does that states both numbers; nothing stored is moved, because
every look-up goes by the person. What a message merged it can part again: the numbers go back to
the person they were known under, and each report goes with the numbers it came with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.canonical.identifiers import PatientIdentifier
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Report, Submission
from gateway.canonical.lab import LabReport
from gateway.canonical.messages import MergeAct, MergeMessage
from gateway.ids import new_id
from gateway.services.claims import claims_of
from gateway.services.patient_linking import Claim, KnownPersons
from gateway.storage.patients import keys_of_persons, persons_by_identifier
from gateway.storage.person_merges import (
    StoredMerge,
    current_reports,
    identifiers_of,
    merges_among,
)
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection


@dataclass(slots=True)
class Family:
    """The records that a merge message speaks of, with everything that was joined to them.

    key_of: the patient key under which each identifier was first known; merges: those in force,
    oldest first; reports: the current ones of these records, for a message that parts them.
    """

    keys: set[str] = field(default_factory=set)
    key_of: dict[bytes, str] = field(default_factory=dict)
    merges: list[StoredMerge] = field(default_factory=list)
    reports: tuple[Report, ...] = ()

    def root(self, key: str) -> str:
        """The person that a patient key belongs to now."""
        return self.line(key)[-1]

    def line(self, key: str) -> list[str]:
        """The key, what it was merged into, and so on up to the person."""
        parent = {merge.other: merge.person for merge in self.merges if merge.other}
        found = [key]
        while (above := parent.get(found[-1])) is not None:
            found.append(above)
        return found

    def is_told(self, kept: Claim, retired: Claim) -> bool:
        """Whether this very merge is in force."""
        return any((m.kept_hash, m.retired_hash) == (kept.key, retired.key) for m in self.merges)

    def is_circular(self, kept: Claim, retired: Claim) -> bool:
        """Whether the number to keep was itself given up, at the end, for the one given up now."""
        reached, before = {kept.key}, 0
        while before != len(reached):
            before = len(reached)
            reached |= {m.kept_hash for m in self.merges if m.retired_hash in reached}
        return retired.key in reached

    def cut(self, kept: str, retired: str) -> StoredMerge | None:
        """The merge that holds two keys together; None where none does."""
        ours, theirs = self.line(kept), self.line(retired)
        if ours[-1] != theirs[-1] or kept == retired:
            return None
        line, other = (ours, theirs) if retired in ours else (theirs, ours)
        child = next(each for each in reversed(line) if each not in other)
        return next(merge for merge in self.merges if merge.other == child)


@dataclass(frozen=True, slots=True)
class Parting:
    """What is written to part records: merges undone, numbers moved to a key of their own."""

    undone: tuple[StoredMerge, ...] = ()
    moved: tuple[bytes, ...] = ()
    new_key: str = ""


async def load_family(conn: Connection, sealer: Sealer, message: Submission) -> Family:
    """The records that the merges of a message speak of."""
    stated = [each for merge in message.merges for each in identifiers_in(merge)]
    hashes = {claim.key for claim in claims_of(sealer, stated)}
    persons = set((await persons_by_identifier(conn, hashes)).values())
    if not persons:
        return Family()
    keys = await keys_of_persons(conn, persons)
    family = Family(set(keys), await identifiers_of(conn, keys), await merges_among(conn, keys))
    if any(merge.act is MergeAct.UNLINK for merge in message.merges):
        family.reports = await _opened_reports(conn, sealer, keys)
    return family


async def _opened_reports(
    conn: Connection, sealer: Sealer, keys: Sequence[str]
) -> tuple[Report, ...]:
    opened: list[Report] = []
    for held in await current_reports(conn, keys):
        kind: type[Report] = ImagingReport if held.kind == "imaging" else LabReport
        row_id = f"{held.report_id}/{held.version}"
        opened.append(sealer.open_record("report_version", row_id, kind, held.sealed))
    return tuple(opened)


def identifiers_in(merge: MergeMessage) -> tuple[PatientIdentifier, ...]:
    """Every number that a merge message names, those kept first."""
    return (*merge.patient.identifiers, *merge.retired)


def named_by(claims: Sequence[Claim]) -> Claim:
    """The number by which a merge knows a record: the hospital's own where there is one."""
    return next((claim for claim in claims if not claim.is_resident_id), claims[0])


def part(family: Family, kept: Iterable[Claim], retired: Iterable[Claim]) -> Parting:
    """Part the records of two groups of numbers, here; what has to be written for it.

    Numbers that were never known apart get a key of their own.
    """
    own = {family.key_of[claim.key] for claim in kept if claim.key in family.key_of}
    theirs = [claim.key for claim in retired if claim.key in family.key_of]
    moved = tuple(each for each in theirs if family.key_of[each] in own)
    undone = [m for m in family.merges if not m.other and m.retired_hash in moved]
    for key in {family.key_of[each] for each in theirs} - own:
        for mine in own:
            if merge := family.cut(mine, key):
                undone.append(merge)
                family.merges.remove(merge)
    family.merges = [merge for merge in family.merges if merge not in undone]
    new_key = new_id() if moved else ""
    if moved:
        family.keys.add(new_key)
        family.key_of.update(dict.fromkeys(moved, new_key))
    return Parting(tuple(undone), moved, new_key)


def settle_persons(family: Family, persons: KnownPersons) -> None:
    """Let the persons known be those that the family has become."""
    for identifier, key in family.key_of.items():
        persons.person_of[identifier] = family.root(key)
    residents = [h for h in persons.resident_of.values() if h in family.key_of]
    for person in [p for p, h in persons.resident_of.items() if h in family.key_of]:
        del persons.resident_of[person]
    persons.resident_of.update({persons.person_of[each]: each for each in residents})
