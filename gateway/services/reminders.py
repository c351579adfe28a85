"""The reminder: what other institutions already hold of what is about to be ordered.

One read for everything, the rules without any I/O, one write; the answer is given after its commit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.canonical.order import ReminderRequest
from gateway.canonical.recognition import DecisionState, EventName
from gateway.canonical.times import local_date
from gateway.ids import new_id
from gateway.security.access import LegalBasis, require_own_institution
from gateway.security.field_encryption import FieldCipher
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, record
from gateway.services.clinical_facts import facts_of_context
from gateway.services.decision_rules import line_findings
from gateway.services.fact_building import build_candidates
from gateway.services.holdings import Holdings, StandingDecision, load_holdings
from gateway.services.line_events import line_event
from gateway.services.notices import NoticeKind, notice_row
from gateway.services.registry import RegistryHolder
from gateway.services.reminder_answer import answer_item, recorded_item
from gateway.services.reminder_keys import line_key, visit_hash
from gateway.services.reminder_lines import ReminderLine, reminder_lines
from gateway.services.reminder_record import (
    LoadedItem,
    OfferedReport,
    RecordedItem,
    ReminderRecord,
)
from gateway.services.shown_memory import ShownMemory
from gateway.services.situation import Situation
from gateway.storage.events import StoredEvent, append_events
from gateway.storage.intake import insert_rows
from gateway.storage.reminders import StoredReminder, store_offers, store_reminder
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database
from gateway.storage.tables import outbox
from item_catalog.catalog import Catalog
from item_catalog.clinical_context.context import ClinicalContexts
from rules.outcome import Outcome
from rules.policy import Policies, Policy


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The catalogue editions, the clinical contexts and the policies that are installed."""

    catalog: Catalog
    policies: Policies
    contexts: ClinicalContexts


@dataclass(frozen=True, slots=True)
class _Made:
    """A line determined, and as it will be kept."""

    line: ReminderLine
    kept: RecordedItem


class ReminderService:
    """Answers the workstation on arrival and at ordering."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        cipher: FieldCipher,
        registry: RegistryHolder,
        rulebook: Rulebook,
        memory: ShownMemory,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._cipher = cipher
        self._registry = registry
        self._rulebook = rulebook
        self._memory = memory

    async def remind(
        self, request: ReminderRequest, caller: Caller, at: datetime
    ) -> dict[str, Any]:
        """What the patient holds of the ordered items, determined and kept.

        Raises:
            AccessDenied: the caller acts for another institution than the request names.
            NoPolicyInForce, NoEditionInForce: nothing is installed for that day.
        """
        require_own_institution(caller, request.institution)
        policy = self._rulebook.policies.policy_for(request.institution, local_date(at))
        visit = visit_hash(self._sealer, request.institution, request.visit.id)
        since = at - timedelta(days=_look_back_days(policy, at))
        holdings = await self._database.read(
            lambda conn: load_holdings(conn, self._sealer, request, since, visit)
        )
        situation = self._situation(request, at, policy, holdings)
        made = self._determined(situation, holdings, visit)
        stored = self._stored(situation, made, holdings, visit)
        await self._keep(stored, situation, made, caller)
        return self._answer(situation, stored, made, holdings)

    def _situation(
        self, request: ReminderRequest, at: datetime, policy: Policy, holdings: Holdings
    ) -> Situation:
        day, registry, book = local_date(at), self._registry.current, self._rulebook
        edition = book.catalog.edition_on(day)
        clinical = facts_of_context(request, day, registry, book.contexts, book.policies)
        return Situation(request, at, registry, edition, policy, holdings.viewed, clinical)

    def _determined(self, situation: Situation, holdings: Holdings, visit: bytes) -> list[_Made]:
        built = build_candidates(situation, holdings.held)
        made = []
        for line in reminder_lines(situation, built):
            key = line_key(self._sealer, visit, line.order_id, line.line.ordered.code)
            made.append(_Made(line, recorded_item(situation, line, key)))
        return made

    def _stored(
        self, situation: Situation, made: list[_Made], holdings: Holdings, visit: bytes
    ) -> StoredReminder:
        request, reminder_id = situation.request, new_id()
        kept = ReminderRecord(
            request.visit.id,
            request.department,
            request.practitioner,
            tuple(each.kept for each in made),
        )
        sealed = self._sealer.seal_record("reminder", reminder_id, kept)
        return StoredReminder(
            holdings.person, reminder_id, request.institution, visit, situation.at, sealed
        )

    async def _keep(
        self, stored: StoredReminder, situation: Situation, made: list[_Made], caller: Caller
    ) -> None:
        """Store the reminder with its offers and events; without a line only the access."""
        events = await self._matches(stored, situation, made)
        reviews = await self._mapping_reviews(situation, made)
        entry = AuditEntry(
            caller,
            situation.at,
            f"reminder:{situation.request.trigger}",
            "reminder",
            stored.reminder_id,
            stored.patient_key or None,
            LegalBasis.TREATMENT,
        )

        async def unit(conn: Connection) -> None:
            if made:
                await store_reminder(conn, stored)
                await store_offers(conn, _offers(stored, made))
                await append_events(conn, events)
                await insert_rows(conn, outbox, reviews)
            await record(conn, self._cipher, entry)

        await self._database.write(unit)

    async def _matches(
        self, stored: StoredReminder, situation: Situation, made: list[_Made]
    ) -> list[StoredEvent]:
        """`match:found` for each line that is more than not recognizable, once a visit."""
        request = situation.request
        kept = ReminderRecord("", request.department, request.practitioner, ())
        events = []
        for each in made:
            matched = each.kept.outcome != Outcome.NOT_RECOGNIZABLE
            key = f"match:{stored.visit_hash.hex()}:{each.kept.key}"
            if matched and await self._memory.is_first(key):
                loaded = LoadedItem(stored, kept, each.kept)
                events.append(line_event(self._sealer, loaded, EventName.MATCH_FOUND, situation.at))
        return events

    async def _mapping_reviews(
        self, situation: Situation, made: list[_Made]
    ) -> list[dict[str, Any]]:
        """A notice to the source of each study whose images contradict the item it stands for."""
        reviews = []
        for report, item_code in dict.fromkeys(_contradicted(made)):
            if await self._memory.is_first(f"review:{report.id}:{report.version}:{item_code}"):
                content = {"report": report.id, "version": report.version, "item": item_code}
                source, kind = report.institution, NoticeKind.MAPPING_REVIEW
                reviews.append(notice_row(self._sealer, kind, source, situation.at, content))
        return reviews

    def _answer(
        self,
        situation: Situation,
        stored: StoredReminder,
        made: list[_Made],
        holdings: Holdings,
    ) -> dict[str, Any]:
        versions = {held.id: getattr(held, "version", 1) for held in holdings.held}
        decisions = holdings.decisions or {}
        items = []
        for each in made:
            item = answer_item(situation, each.line, each.kept, stored.reminder_id)
            decision = _decision(decisions.get(each.kept.key), versions)
            # Whoever relied on a version that the source changed is told without asking.
            quiet = item["quiet"] and not (decision and decision["changed"])
            items.append(item | {"decision": decision, "quiet": quiet})
        return {
            "reminder_id": stored.reminder_id,
            "policy": situation.policy.id,
            "catalog_edition": situation.edition.id,
            "patient_match": holdings.match,
            "items": items,
        }


def _contradicted(made: list[_Made]) -> Iterator[tuple[OfferedReport, str]]:
    """Reports whose images show another modality or side than the item they are mapped to."""
    for each in made:
        if any(finding.mapping_blocked for finding in line_findings(each.line.line)):
            yield from ((report, each.kept.item_code) for report in each.kept.reports)


def _look_back_days(policy: Policy, at: datetime) -> int:
    return policy.parameters.on(local_date(at)).integer("look_back_days")


def _decision(standing: StandingDecision | None, versions: dict[str, int]) -> dict[str, Any] | None:
    """The decision that stands on a line, and whether the source changed what it relies on."""
    if standing is None or standing.state == DecisionState.UNDONE:
        return None
    changed = any(versions.get(id_, version) != version for id_, version in standing.reports)
    return {"state": standing.state, "changed": changed}


def _offers(stored: StoredReminder, made: list[_Made]) -> list[dict[str, object]]:
    """What was offered, as the proof on which it may be read."""
    offered = {report_id for each in made for report_id in each.line.sources}
    return [
        {
            "patient_key": stored.patient_key,
            "report_id": report_id,
            "institution": stored.institution,
            "reminder_id": stored.reminder_id,
            "visit_hash": stored.visit_hash,
            "offered_at": stored.created_at,
        }
        for report_id in sorted(offered)
    ]
