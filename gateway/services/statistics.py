"""The policy's indicators over a period, by group; never anything that identifies a person."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.canonical.times import start_of_day
from gateway.errors import InvalidRequest
from gateway.security.access import LegalBasis
from gateway.security.field_encryption import FieldCipher
from gateway.security.roles import SCOPES, Scope
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, record
from gateway.storage.events import StoredEvent, events_of_cohort
from gateway.storage.session import Connection, Database
from rules.outcome import Outcome
from rules.zhejiang_2021.indicators import Indicator, IndicatorEvent, indicators

GROUPINGS = ("province", "institution", "department", "item", "source")
_SUPPRESSED = "少于{minimum}例，不予显示"


class StatisticsService:
    """Computes figures from the event log."""

    def __init__(self, database: Database, cipher: FieldCipher, small_cell_minimum: int) -> None:
        self._database = database
        self._cipher = cipher
        self._minimum = small_cell_minimum

    async def summary(
        self, start: date, end: date, caller: Caller, at: datetime, by: str = "province"
    ) -> dict[str, Any]:
        """The indicators of a period (both days included, China), one set per group.

        A caller without supervision sees the own institution only; cells of others that are smaller
        than the minimum are suppressed.

        Raises:
            InvalidRequest: an unknown grouping, or a period that ends before it begins.
        """
        if by not in GROUPINGS:
            raise InvalidRequest("unknown grouping", field="by", allowed=GROUPINGS)
        if end < start:
            raise InvalidRequest("the period ends before it begins", field="end")
        supervises = Scope.STATISTICS_ALL in SCOPES[caller.role]
        events = await self._events(start, end, caller, at, supervises)
        groups = self._groups(events, by, supervises)
        return {"start": start, "end": end, "by": by, "computed_at": at, "groups": groups}

    async def _events(
        self, start: date, end: date, caller: Caller, at: datetime, supervises: bool
    ) -> list[StoredEvent]:
        institutions = None if supervises else [caller.institution]

        async def unit(conn: Connection) -> list[StoredEvent]:
            basis = LegalBasis.SUPERVISION if supervises else LegalBasis.OPERATION
            pulled = AuditEntry(
                caller, at, "statistics:pulled", "statistics", f"{start}/{end}", None, basis
            )
            await record(conn, self._cipher, pulled)
            return await events_of_cohort(
                conn, start_of_day(start), start_of_day(end + timedelta(days=1)), institutions
            )

        return await self._database.write(unit)

    def _groups(
        self, events: Sequence[StoredEvent], by: str, supervises: bool
    ) -> list[dict[str, Any]]:
        sources = {event.name for event in events}
        grouped: dict[str, list[StoredEvent]] = defaultdict(list)
        for event in events:
            grouped[_group_of(event, by)].append(event)
        if by == "province":
            grouped.setdefault("", [])
        return [
            {
                "group": group,
                "indicators": [
                    self._figure(each, supervises)
                    for each in indicators(map(_indicator_event, members), sources)
                ],
            }
            for group, members in sorted(grouped.items())
        ]

    def _figure(self, figure: Indicator, supervises: bool) -> dict[str, Any]:
        hidden = supervises and 0 < figure.denominator < self._minimum
        reason = _SUPPRESSED.format(minimum=self._minimum) if hidden else figure.not_computed
        return {
            "name": figure.name,
            "title": figure.title,
            "version": figure.version,
            "numerator": None if hidden else _number(figure.numerator),
            "denominator": None if hidden else figure.denominator,
            "value": None if hidden or figure.value is None else str(figure.value),
            "not_computed": reason,
            "suppressed": hidden,
            "excluded": figure.excluded,
            "unpriced": figure.unpriced,
        }


def _group_of(event: StoredEvent, by: str) -> str:
    return {
        "province": "",
        "institution": event.institution,
        "department": f"{event.institution}/{event.department}",
        "item": event.item_code,
        "source": event.source_institution,
    }[by]


def _indicator_event(event: StoredEvent) -> IndicatorEvent:
    visit = f"{event.institution}/{event.visit_hash.hex()}"
    return IndicatorEvent(
        id=event.event_id,
        name=event.name,
        at=event.at,
        key=f"{visit}/{event.line_key}" if event.line_key else "",
        visit=visit,
        outcome=Outcome(event.outcome) if event.outcome else None,
        inferred=event.inferred_exception,
        price=None if event.price_fen is None else Decimal(event.price_fen) / 100,
    )


def _number(value: Decimal) -> int | str:
    return int(value) if value == value.to_integral_value() else str(value)
