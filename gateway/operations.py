"""What the operator's commands do: open the gateway, act, close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.bootstrap import Gateway, open_gateway
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.times import local_date
from gateway.clock import utc_now
from gateway.security.key_ring import KeyRing
from gateway.security.roles import Role
from gateway.security.tokens import Caller, TokenIssuer
from gateway.services.audit_verification import AuditProblem, verify
from gateway.services.mapping_review import MappingCoverage, coverage, suggestions_for
from gateway.services.onboarding import ImportReport, ImportRequest
from gateway.settings import Settings
from gateway.storage.quarantine import find_quarantined
from gateway.storage.registry import ReceivedCode
from item_catalog.loader import load_synonyms
from item_catalog.suggestions import Suggestion

_OPERATOR = "operator"
_PLATFORM = InstitutionCode("platform")


@dataclass(frozen=True, slots=True)
class ReplayDone:
    """What a replay gave, in words, and whether it succeeded."""

    text: str
    succeeded: bool


async def import_file(settings: Settings, kind: str, file: Path, dry_run: bool) -> ImportReport:
    """Take a register file in; raises `ImportRefused`."""
    request = ImportRequest(kind, file.name, file.read_bytes(), _OPERATOR, dry_run)
    async with open_gateway(settings) as gateway:
        return await gateway.import_csv(request)


def issue_token(settings: Settings, caller: Caller, at: datetime) -> str:
    """A token of the local issuer."""
    ring = KeyRing.load(settings.effective_key_file)
    return TokenIssuer(ring, timedelta(hours=settings.token_lifetime_hours)).issue(caller, at)


async def statistics(settings: Settings, start: date, end: date, by: str) -> dict[str, Any]:
    """The indicators of a period as the platform sees them."""
    caller = Caller(Role.PROVINCE, _PLATFORM, _OPERATOR)
    async with open_gateway(settings) as gateway:
        return await gateway.services.statistics.summary(start, end, caller, utc_now(), by)


async def mapping_coverage(settings: Settings, institution: InstitutionCode) -> MappingCoverage:
    """How many of an institution's received codes are mapped today."""
    async with open_gateway(settings) as gateway:
        return await _coverage(gateway, institution)


async def _coverage(gateway: Gateway, institution: InstitutionCode) -> MappingCoverage:
    registry, today = gateway.services.registry.current, local_date(gateway.clock())
    return await gateway.database.read(lambda conn: coverage(conn, registry, institution, today))


async def mapping_suggestions(
    settings: Settings, institution: InstitutionCode
) -> Sequence[tuple[ReceivedCode, Sequence[Suggestion]]]:
    """Ranked candidates for each unmapped code of an institution."""
    async with open_gateway(settings) as gateway:
        found, synonyms = await _coverage(gateway, institution), load_synonyms()
        today, catalog = local_date(gateway.clock()), gateway.services.catalog
        return [(code, suggestions_for(code, catalog, synonyms, today)) for code in found.unmapped]


async def verify_audit(settings: Settings) -> list[AuditProblem]:
    """What is wrong with the audit trail."""
    async with open_gateway(settings) as gateway:
        return await gateway.database.read(lambda conn: verify(conn, gateway.cipher))


async def conformance(
    settings: Settings, institution: InstitutionCode, days: int
) -> dict[str, Any]:
    """What the sampled messages of a sender deviate in."""
    operator = Caller(Role.ADMIN, _PLATFORM, _OPERATOR)
    async with open_gateway(settings) as gateway:
        today = local_date(gateway.clock())
        return await gateway.services.quality.conformance(institution, operator, today, days)


async def replay(settings: Settings, name: str) -> ReplayDone:
    """Process a quarantined message again, or run a determination again.

    Raises:
        NotFound: neither has this name.
    """
    async with open_gateway(settings) as gateway:
        kept = await gateway.database.read(lambda conn: find_quarantined(conn, name))
        if kept is not None:
            return await _replay_message(gateway, name)
        done = await gateway.services.explanations.replay(name)
        return ReplayDone(done.text, done.is_identical)


async def _replay_message(gateway: Gateway, name: str) -> ReplayDone:
    """Give the bytes to the receiver again; what is refused again stays where it is."""
    operator = Caller(Role.ADMIN, _PLATFORM, _OPERATOR)
    (done,) = await gateway.services.quarantine.replay([name], operator, gateway.clock())
    detail = "" if done["taken"] else f": {done['reason']} {done['location']} {done['hint']}"
    return ReplayDone(f"{name}: {done['status']}{detail}", done["taken"])
