"""Every route against every role, another institution's token, and no token at all."""

import re

import pytest

from gateway.api.access_table import ACCESS
from gateway.security.roles import SCOPES, Role
from tests.end_to_end.city import ALBUMIN, OTHER_RECEIVER, RECEIVER, UPPER
from tests.end_to_end.house import House, held
from tests.end_to_end.messages import Result

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]
_PERIOD = "?start=2026-11-01&end=2026-11-30"
GUARDED = sorted(route for route, scopes in ACCESS.items() if scopes)
OPEN = sorted(route for route, scopes in ACCESS.items() if not scopes)


def address(path: str) -> str:
    """A route's address, with made-up names in its places."""
    return re.sub(r"\{[^}]+\}", "0", path) + (_PERIOD if "statistics" in path else "")


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_guarded_route_is_closed_without_token(house: House, method: str, path: str) -> None:
    answer = await house.http.request(method, address(path), json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("role", list(Role))
async def test_role_opens_the_routes_of_its_scopes_and_no_other(
    house: House, role: Role, method: str, path: str
) -> None:
    headers = house.token(RECEIVER, role)
    answer = await house.http.request(method, address(path), json={}, headers=headers)
    assert (answer.status_code == 403) is not bool(ACCESS[method, path] & SCOPES[role])


@pytest.mark.parametrize(("method", "path"), OPEN)
async def test_published_route_needs_no_token(house: House, method: str, path: str) -> None:
    answer = await house.http.request(method, address(path), follow_redirects=True)
    assert answer.status_code == 200


async def test_published_items_are_those_of_the_edition(house: House) -> None:
    items = (await house.http.get("/api/v1/catalog/items")).json()["items"]
    kinds = [each["kind"] for each in items]
    assert (kinds.count("lab"), kinds.count("imaging")) == (93, 180)


async def test_token_of_another_institution_reaches_nothing(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    item = await house.item(person, ALBUMIN)
    body = {
        "institution": RECEIVER, "visit": {"id": "V"}, "trigger": "arrival",
        "patient": {"identifiers": person.identifiers},
    }  # fmt: skip
    assert (await house.post("/api/v1/reminders", body, OTHER_RECEIVER)).status_code == 403
    assert (await house.accept(item, receiver=OTHER_RECEIVER)).status_code == 404
    assert (await house.act(item, "shown", {}, OTHER_RECEIVER)).status_code == 404
    event = {"institution": RECEIVER, "event": "visit_closed", "at": "2026-11-20T12:00:00"}
    told = await house.post("/api/v1/visits/V/events", event, OTHER_RECEIVER)
    assert told.status_code == 403
    path = f"/api/v1/reports/{item['report']['id']}"
    for suffix in ("", "/versions", "/images", "/images/0"):
        assert (await house.get(path + suffix, OTHER_RECEIVER)).status_code == 403
    assert (await house.get(path, UPPER)).status_code == 200
    assert (await house.accept(item)).status_code == 200


async def test_offer_ends_after_its_time(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    item = await house.item(person, ALBUMIN)
    path = f"/api/v1/reports/{item['report']['id']}"
    days = house.gateway.settings.offer_validity_days
    house.clock.advance(days=days)
    assert (await house.get(path)).status_code == 200
    house.clock.advance(seconds=1)
    assert (await house.get(path)).status_code == 403


async def test_token_ends_after_its_lifetime(house: House) -> None:
    headers = house.token()
    hours = house.gateway.settings.token_lifetime_hours
    house.clock.advance(hours=hours, seconds=-1)
    path = f"/api/v1/statistics/summary{_PERIOD}"
    assert (await house.http.get(path, headers=headers)).status_code == 200
    house.clock.advance(seconds=1)
    assert (await house.http.get(path, headers=headers)).status_code == 401
