"""Roles of callers and the closed list of scopes; nobody has more than the job needs."""

from enum import StrEnum

from gateway.errors import AccessDenied


class Role(StrEnum):
    """Who can hold a token (interfaces: `gateway token --role`)."""

    PHYSICIAN = "physician"
    HOSPITAL = "hospital"
    QC = "qc"
    CITY = "city"
    PROVINCE = "province"
    PATIENT = "patient"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a route or command demands. Statistics never identify anybody, whatever the scope."""

    REMINDERS = "reminders"
    DECISIONS = "decisions"
    REPORTS_READ = "reports:read"
    IMAGES_READ = "images:read"
    IMAGES_STORE = "images:store"
    DETERMINATIONS_READ = "determinations:read"
    VISITS = "visits"
    STATISTICS_OWN = "statistics:own"
    STATISTICS_ALL = "statistics:all"
    QUALITY_OWN = "quality:own"
    QUALITY_ALL = "quality:all"
    QUARANTINE_OWN = "quarantine:own"
    QUARANTINE_ALL = "quarantine:all"
    OWN_RECORD = "own_record"
    IMPORTS = "imports"
    AUDIT = "audit"
    METRICS = "metrics"


_PHYSICIAN = frozenset(
    {
        Scope.REMINDERS, Scope.DECISIONS, Scope.REPORTS_READ, Scope.IMAGES_READ,
        Scope.DETERMINATIONS_READ, Scope.VISITS, Scope.STATISTICS_OWN,
    }
)  # fmt: skip

#: The scopes of each role. A hospital's systems (HIS, workstation server) act for its physicians;
#: an administrator runs the machine and has no legal basis to see a patient.
SCOPES: dict[Role, frozenset[Scope]] = {
    Role.PHYSICIAN: _PHYSICIAN,
    Role.HOSPITAL: _PHYSICIAN | {Scope.IMAGES_STORE, Scope.QUALITY_OWN, Scope.QUARANTINE_OWN},
    Role.QC: frozenset({Scope.STATISTICS_ALL, Scope.QUALITY_ALL}),
    Role.CITY: frozenset({Scope.STATISTICS_ALL, Scope.QUALITY_ALL}),
    Role.PROVINCE: frozenset({Scope.STATISTICS_ALL, Scope.QUALITY_ALL}),
    Role.PATIENT: frozenset({Scope.OWN_RECORD}),
    Role.ADMIN: frozenset(
        {Scope.IMPORTS, Scope.QUARANTINE_ALL, Scope.AUDIT, Scope.METRICS, Scope.QUALITY_ALL}
    ),
}


def require_scope(role: Role, scope: Scope) -> None:
    """Refuse a caller whose role lacks the scope; raises `AccessDenied`."""
    if scope not in SCOPES[role]:
        raise AccessDenied(f"role {role} lacks the scope {scope}")
