"""The emulated workstation of a physician: the HTTP interface and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.demo.institutions import DemoInstitution
from gateway.demo.people import Person

Json = dict[str, Any]
_DEPARTMENT = "全科医学科"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a patient; details are further members of `visit` in the request."""

    id: str
    person: Person
    details: Mapping[str, Any]


def visit_of(person: Person, number: str = "1", details: Json | None = None) -> Visit:
    """An outpatient visit for treatment, unless the details say otherwise."""
    return Visit(f"DEMO-{person.number:02d}-{number}", person, details or {})


class Workstation:
    """What one physician's screen asks and does; `http` carries the physician's token."""

    def __init__(self, http: httpx.AsyncClient, institution: DemoInstitution) -> None:
        self._http = http
        self.institution = institution

    async def arrival(self, visit: Visit) -> Json:
        """What the arriving patient holds."""
        return await self._ask(visit, "arrival", [])

    async def order(self, visit: Visit, *item_codes: str) -> Json:
        """The answer for draft orders of these items.

        What is not quiet is shown to the physician, and the gateway is told so.
        """
        lines = [{"id": order_id(code), "item_code": code} for code in item_codes]
        reminder = await self._ask(visit, "order", lines)
        for item in reminder["items"]:
            if not item.get("quiet"):
                await self.act(reminder, item, "shown", {})
        return reminder

    async def act(self, reminder: Json, item: Json, action: str, body: object) -> httpx.Response:
        """One action on one line of a reminder."""
        path = f"/api/v1/reminders/{reminder['reminder_id']}/items/{item['key']}/{action}"
        return await self._http.post(path, json=body)

    async def accept(self, reminder: Json, item: Json) -> httpx.Response:
        """Accept a line, every finding that is not satisfied acknowledged."""
        return await self.act(reminder, item, "accept", acceptance_of(item))

    async def get(self, path: str, **query: str) -> httpx.Response:
        """Read something."""
        return await self._http.get(path, params=query)

    async def tell(self, visit: Visit, event: Mapping[str, str]) -> httpx.Response:
        """Tell of an event of the visit."""
        body = {"institution": self.institution.code, **event}
        return await self._http.post(f"/api/v1/visits/{visit.id}/events", json=body)

    async def _ask(self, visit: Visit, trigger: str, orders: Sequence[Json]) -> Json:
        person = visit.person
        answer = await self._http.post(
            "/api/v1/reminders",
            json={
                "institution": self.institution.code,
                "department": _DEPARTMENT,
                "visit": {
                    "id": visit.id, "class": "outpatient", "purpose": "treatment", **visit.details,
                },
                "patient": {
                    "identifiers": [{"type": "01", "value": person.resident_id}],
                    "name": person.name,
                },
                "trigger": trigger,
                "orders": orders,
            },
        )  # fmt: skip
        answer.raise_for_status()
        reminder: Json = answer.json()
        return reminder


def order_id(item_code: str) -> str:
    """The number of the draft order of an item in its visit."""
    return f"ORDER-{item_code}"


def acceptance_of(item: Json) -> Json:
    """The body of an acceptance: the reports offered, the findings that speak against."""
    against = [f["code"] for f in item["findings"] if f["verdict"] in _TO_ACKNOWLEDGE]
    return {"acknowledged": sorted(set(against)), "reports": reports_of(item)}


def reports_of(item: Json) -> list[Json]:
    """The report versions that a line relies on."""
    reports = item.get("reports") or [item["report"]]
    return [{"id": report["id"], "version": report["version"]} for report in reports]


_TO_ACKNOWLEDGE = frozenset({"violated", "discretionary", "unknown"})
