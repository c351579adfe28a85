"""Merges and partings of one message, worked off on the state of a batch of its own."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Receipt, ReceiptStatus, Report, Submission
from gateway.canonical.messages import MergeAct, MergeMessage
from gateway.canonical.patient import Patient
from gateway.ids import new_id
from gateway.services.changed_persons import PersonsChange, PersonsChanged
from gateway.services.claims import claims_of
from gateway.services.intake_state import FILLER, BatchState, imaging_route_keys, route_key
from gateway.services.patient_linking import Claim, Match, link
from gateway.services.person_records import (
    Parting,
    identifiers_in,
    named_by,
    part,
    settle_persons,
)
from gateway.services.settling import settle_person
from gateway.storage.intake import Route, RouteKey
from gateway.storage.person_merges import StoredMerge
from gateway.storage.sealing import Sealer

IDENTIFIERS_CONFLICT = Receipt(
    ReceiptStatus.REFUSED,
    "patient_identifiers_conflict",
    "PID-3",
    "these identifiers belong to different persons here; check the patient and send again",
)
MERGE_LOOP = Receipt(
    ReceiptStatus.REFUSED,
    "merge_loop",
    "MRG-1",
    "the number to keep was itself merged into this one; unlink (A37) before merging back",
)


@dataclass(frozen=True, slots=True)
class Astray:
    """A report that stands under another person than the one whose numbers it came with."""

    key: RouteKey
    route: Route
    person: str
    report: Report


@dataclass(slots=True)
class PersonMessages:
    """Takes the merges of a message; `astray` are reports that now belong to another person."""

    state: BatchState
    sealer: Sealer
    at: datetime
    astray: list[Astray] = field(default_factory=list)

    def take(self, message: Submission) -> Receipt | None:
        """Work off the merges in order; the refusal of the first that cannot be."""
        for stated in message.merges:
            if stated.act is MergeAct.UNLINK:
                self._part(stated)
            elif (refused := self._merge(stated)) is not None:
                return refused
        return None

    def _merge(self, stated: MergeMessage) -> Receipt | None:
        kept = claims_of(self.sealer, stated.patient.identifiers)
        retired = claims_of(self.sealer, stated.retired)
        if not kept:
            return IDENTIFIERS_CONFLICT
        family, names = self.state.family, (named_by(kept), named_by(retired))
        if family.is_circular(*names):
            return MERGE_LOOP
        found = link((*kept, *retired), self.state.persons)
        if found.match is Match.CONFLICT:
            return IDENTIFIERS_CONFLICT
        if family.is_told(*names):
            return None
        both = replace(stated.patient, identifiers=identifiers_in(stated))
        person = settle_person(self.state, self.sealer, both, found, self.at)
        self._note(person, names, len(found.absorb))
        family.key_of.update({claim.key: person for claim in found.bind})
        self._changed(PersonsChange.MERGED)
        return None

    def _note(self, person: str, names: tuple[Claim, Claim], absorbed: int) -> None:
        """Keep by which numbers the message merged, also where only a number became known."""
        notes = self.state.rows.merge_notes
        if not absorbed:
            notes.append(
                {
                    "patient_key": person,
                    "merge_id": new_id(),
                    "other": "",
                    "merged_at": self.at,
                    "undone_at": None,
                }
            )
        for note in notes[-max(absorbed, 1) :]:
            note |= {"kept_hash": names[0].key, "retired_hash": names[1].key}
            merge = (person, note["merge_id"], note["other"], names[0].key, names[1].key)
            self.state.family.merges.append(StoredMerge(*merge))

    def _part(self, stated: MergeMessage) -> None:
        kept = claims_of(self.sealer, stated.patient.identifiers)
        retired = claims_of(self.sealer, stated.retired)
        parting = part(self.state.family, kept, retired)
        if not parting.undone and not parting.moved:
            return
        self._write(parting, Patient(stated.retired))
        settle_persons(self.state.family, self.state.persons)
        self._find_astray()
        self._changed(PersonsChange.PARTED)

    def _write(self, parting: Parting, other: Patient) -> None:
        rows, family = self.state.rows, self.state.family
        if parting.new_key:
            rows.patients.append(
                {
                    "patient_key": parting.new_key,
                    "merged_into": None,
                    "created_at": self.at,
                    "demographics_sealed": self.sealer.seal_record(
                        "patient", parting.new_key, other
                    ),
                }
            )
        rows.moved_identifiers += [
            {"moved": moved, "person": parting.new_key} for moved in parting.moved
        ]
        rows.undone_merges += [
            {"person": each.person, "merge": each.merge_id, "at": self.at}
            for each in parting.undone
        ]
        roots = {key: family.root(key) for key in family.keys}
        rows.new_roots += [
            {"part": key, "root": None if root == key else root} for key, root in roots.items()
        ]

    def _find_astray(self) -> None:
        """Reports whose numbers are now another person's than the one they stand under."""
        family = self.state.family
        for key, route in self.state.routes.items():
            if route.patient_key in family.keys:
                self.state.routes[key] = replace(route, person=family.root(route.patient_key))
        for report in family.reports:
            number = report.filler_order_number
            key = route_key(self.sealer, report.institution, FILLER, number)
            claims = claims_of(self.sealer, report.patient.identifiers)
            found, at = link(claims, self.state.persons), self.state.routes.get(key)
            if at is None or found.match is not Match.EXACT or found.absorb:
                continue
            if found.person != at.person:
                self.astray.append(Astray(key, at, found.person, report))
                self._move_study(report, at.person, found.person)

    def _move_study(self, report: Report, old: str, person: str) -> None:
        """The images go with their report, unless they stand under a person of their own."""
        if not isinstance(report, ImagingReport):
            return
        for key in imaging_route_keys(self.sealer, report):
            route = self.state.routes.get(key)
            place = self.state.studies.get(route.object_id) if route else None
            if route is None or place is None or self.state.family.root(place.patient_key) != old:
                continue
            move = {"study": route.object_id, "old_key": place.patient_key, "new_key": person}
            if move not in self.state.rows.study_moves:
                self.state.rows.study_moves.append(move)

    def _changed(self, change: PersonsChange) -> None:
        keys = frozenset(self.state.family.keys)
        self.state.changed.append(PersonsChanged(change, keys, self.at))
