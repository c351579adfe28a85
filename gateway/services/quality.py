"""Upload quality as a sender sees it: mapping of its codes, conformance of its messages."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import AccessDenied, InvalidRequest
from gateway.security.roles import SCOPES, Scope
from gateway.security.tokens import Caller
from gateway.services.mapping_review import coverage, suggestions_for
from gateway.services.registry import RegistryHolder
from gateway.storage.conformance import DayOfFindings, findings_since, samples_since
from gateway.storage.registry import ReceivedCode
from gateway.storage.session import Connection, Database
from item_catalog.catalog import Catalog
from item_catalog.loader import load_synonyms

#: What the listener of this process knows of the connections of a sender, newest first.
Connections = Callable[[InstitutionCode], list[dict[str, Any]]]
_SUGGESTED = 3
_LISTED = 200


class QualityService:
    """Reports on what an institution sends; nothing of a patient is in any of them."""

    def __init__(
        self,
        database: Database,
        registry: RegistryHolder,
        catalog: Catalog,
        connections: Connections,
    ) -> None:
        self._database = database
        self._connections = connections
        self._registry = registry
        self._catalog = catalog
        self._synonyms = load_synonyms()

    async def mappings(
        self, institution: InstitutionCode | None, caller: Caller, today: date
    ) -> dict[str, Any]:
        """How many received codes are mapped, and the others by frequency with candidates.

        Raises:
            AccessDenied: another institution's report.
            InvalidRequest: none named, by a caller who has no own.
        """
        code = subject_of(institution, caller)
        registry = self._registry.current
        found = await self._database.read(lambda conn: coverage(conn, registry, code, today))
        return {
            "institution": code,
            "codes": found.codes,
            "mapped_codes": found.mapped_codes,
            "results": found.results,
            "mapped_results": found.mapped_results,
            "unmapped": [self._unmapped(each, today) for each in found.unmapped[:_LISTED]],
        }

    def _unmapped(self, code: ReceivedCode, today: date) -> dict[str, Any]:
        candidates = suggestions_for(code, self._catalog, self._synonyms, today)[:_SUGGESTED]
        return {
            "kind": code.kind,
            "local_code": code.local_code,
            "local_name": code.local_name,
            "count": code.count,
            "suggestions": [
                {
                    "item_code": each.target.item_code,
                    "component": each.target.component,
                    "name": each.name,
                    "score": round(each.score, 2),
                }
                for each in candidates
            ],
        }

    def connections(
        self, institution: InstitutionCode | None, caller: Caller
    ) -> list[dict[str, Any]]:
        """The connections on which an institution sent, newest first.

        Raises:
            AccessDenied, InvalidRequest: as for `mappings`.
        """
        return self._connections(subject_of(institution, caller))

    async def conformance(
        self, institution: InstitutionCode | None, caller: Caller, today: date, days: int
    ) -> dict[str, Any]:
        """What the sampled messages of the last days deviate in, with the counts of each day.

        Raises:
            AccessDenied, InvalidRequest: as for `mappings`.
        """
        code = subject_of(institution, caller)
        since = today - timedelta(days=days - 1)

        async def unit(conn: Connection) -> dict[str, Any]:
            samples = await samples_since(conn, code, since)
            return {
                "institution": code,
                "since": since,
                "checked": sum(each.checked for each in samples),
                "deviating": sum(each.deviating for each in samples),
                "days": [
                    {"day": each.day, "checked": each.checked, "deviating": each.deviating}
                    for each in samples
                ],
                "findings": _by_finding(await findings_since(conn, code, since)),
            }

        return await self._database.read(unit)


def subject_of(institution: InstitutionCode | None, caller: Caller) -> InstitutionCode:
    """Whose report is asked for: the caller's own, or any for who supervises."""
    scopes = SCOPES[caller.role]
    if Scope.QUALITY_ALL in scopes:
        if institution is None:
            raise InvalidRequest("name the institution", parameter="institution")
        return institution
    if Scope.QUALITY_OWN not in scopes or institution not in (None, caller.institution):
        raise AccessDenied("the quality report of another institution is not shown")
    return caller.institution


def _by_finding(found: list[DayOfFindings]) -> list[dict[str, Any]]:
    """Each kind of deviation with its days, most frequent first."""
    groups: defaultdict[tuple[str, str, str], list[DayOfFindings]] = defaultdict(list)
    for each in found:
        groups[each.location, each.text, each.severity].append(each)
    findings = [
        {
            "location": location,
            "text": text,
            "severity": severity,
            "count": sum(day.count for day in days),
            "first_day": days[0].day,
            "last_day": days[-1].day,
            "days": [{"day": day.day, "count": day.count} for day in days],
        }
        for (location, text, severity), days in groups.items()
    ]
    return sorted(findings, key=lambda each: (-each["count"], each["location"], each["text"]))
