"""Every route with the scopes that open it, in one table; a route that is not in it is not served.

`PUBLIC` routes show nothing about patients: the published lists (八（四）), the empty pages, the
conventions of operation. Where several scopes are named, each alone suffices, and the service
narrows what the caller sees.
"""

from collections.abc import Iterable

from gateway.errors import AccessDenied
from gateway.security.roles import SCOPES, Role, Scope

PUBLIC: frozenset[Scope] = frozenset()
_QUARANTINE = frozenset({Scope.QUARANTINE_OWN, Scope.QUARANTINE_ALL})
_QUALITY = frozenset({Scope.QUALITY_OWN, Scope.QUALITY_ALL})
_ITEM = "/api/v1/reminders/{reminder_id}/items/{key}"

_STUDY = "/dicom-web/studies/{study}"
_SERIES = f"{_STUDY}/series/{{series}}"
_INSTANCE = f"{_SERIES}/instances/{{instance}}"
#: QIDO-RS, WADO-RS and WADO-URI: a token of these scopes, or a view token of the study.
DICOMWEB_READ = (
    "/dicom-web/wado",
    "/dicom-web/studies",
    "/dicom-web/series",
    "/dicom-web/instances",
    *(
        f"{level}{end}"
        for level in (_STUDY, _SERIES, _INSTANCE)
        for end in ("", "/metadata", "/rendered", "/thumbnail")
    ),
    f"{_STUDY}/series",
    f"{_STUDY}/instances",
    f"{_SERIES}/instances",
    f"{_INSTANCE}/frames/{{frames}}",
    f"{_INSTANCE}/frames/{{frames}}/rendered",
    f"{_INSTANCE}/bulkdata/{{place}}",
)

ACCESS: dict[tuple[str, str], frozenset[Scope]] = {
    ("GET", "/"): PUBLIC,
    ("GET", "/workstation"): PUBLIC,
    ("GET", "/province"): PUBLIC,
    ("GET", "/console"): PUBLIC,
    ("GET", "/docs"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/api/v1/catalog/items"): PUBLIC,
    ("GET", "/api/v1/catalog/institutions"): PUBLIC,
    ("POST", "/api/v1/reminders"): frozenset({Scope.REMINDERS}),
    ("POST", f"{_ITEM}/shown"): frozenset({Scope.DECISIONS}),
    ("POST", f"{_ITEM}/view"): frozenset({Scope.DECISIONS}),
    ("POST", f"{_ITEM}/accept"): frozenset({Scope.DECISIONS}),
    ("POST", f"{_ITEM}/reject"): frozenset({Scope.DECISIONS}),
    ("POST", f"{_ITEM}/undo"): frozenset({Scope.DECISIONS}),
    ("POST", f"{_ITEM}/cite"): frozenset({Scope.DECISIONS}),
    ("POST", f"{_ITEM}/fault"): frozenset({Scope.DECISIONS}),
    ("POST", "/api/v1/visits/{visit_id}/events"): frozenset({Scope.VISITS}),
    ("GET", "/api/v1/reports/{report_id}"): frozenset({Scope.REPORTS_READ}),
    ("GET", "/api/v1/reports/{report_id}/versions"): frozenset({Scope.REPORTS_READ}),
    ("GET", "/api/v1/reports/{report_id}/images"): frozenset({Scope.IMAGES_READ}),
    ("GET", "/api/v1/reports/{report_id}/images/{index}"): frozenset({Scope.IMAGES_READ}),
    ("POST", "/api/v1/reports/{report_id}/viewer"): frozenset({Scope.IMAGES_READ}),
    **dict.fromkeys((("GET", path) for path in DICOMWEB_READ), frozenset({Scope.IMAGES_READ})),
    ("POST", "/dicom-web/studies"): frozenset({Scope.IMAGES_STORE}),
    ("POST", "/dicom-web/studies/{study}"): frozenset({Scope.IMAGES_STORE}),
    ("GET", "/api/v1/determinations/{determination_id}"): frozenset({Scope.DETERMINATIONS_READ}),
    ("GET", "/api/v1/quality/quarantine"): _QUARANTINE,
    ("GET", "/api/v1/quality/quarantine/counts"): _QUARANTINE,
    ("POST", "/api/v1/quality/quarantine/replays"): _QUARANTINE,
    ("GET", "/api/v1/quality/mappings"): _QUALITY,
    ("GET", "/api/v1/quality/conformance"): _QUALITY,
    ("GET", "/api/v1/quality/connections"): _QUALITY,
    ("GET", "/api/v1/statistics/summary"): frozenset({Scope.STATISTICS_OWN, Scope.STATISTICS_ALL}),
}


def require_any_scope(role: Role, scopes: frozenset[Scope]) -> None:
    """Refuse a role that has none of the scopes; raises `AccessDenied`."""
    if scopes and not scopes & SCOPES[role]:
        raise AccessDenied(f"role {role} lacks the scope {' or '.join(sorted(scopes))}")


def require_complete(served: Iterable[tuple[str, str]]) -> None:
    """Refuse to start with a route that the table does not know, or a row that nothing serves."""
    found = set(served)
    unknown, idle = sorted(found - ACCESS.keys()), sorted(ACCESS.keys() - found)
    if unknown or idle:
        raise ValueError(f"routes without a row: {unknown}; rows without a route: {idle}")
