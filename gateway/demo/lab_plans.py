"""Two hundred laboratory reports: those the story needs, and everyday ones around them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from gateway.canonical.times import CHINA_STANDARD_TIME
from gateway.demo.analytes import Analyte, LabOrder
from gateway.demo.institutions import DISTRICT, INSTITUTIONS, LABORATORY, DemoInstitution
from gateway.demo.lab_scenarios import SCENARIOS, LabScenario
from gateway.demo.lab_values import draw_values, flag_of
from gateway.demo.people import Person

REPORT_COUNT = 200
#: Instrument and reagent platform by institution (OBX-18); an absent one does not state it.
DETECTION_SYSTEMS = {
    "A": ("罗氏", "Cobas e801"),
    "B": ("Roche", "Cobas e801"),
    "C": ("雅培", "Alinity i"),
    "D": ("贝克曼", "DxI 800"),
    "L": ("罗氏", "Cobas e801"),
}
_SENDERS = {"A": 2, "B": 6, "C": 5, "D": 3, "E": 2, "F": 2, "G": 3}
_NO_MARKERS = frozenset("EF")
_OUTSOURCED_ORDERS = frozenset({"THYROID", "TUMOR", "LUNGTM"})
_OLDEST_DAY = 58


@dataclass(frozen=True, slots=True)
class PlannedResult:
    """One result as the laboratory will print it; performed_by is None for its own bench."""

    analyte: Analyte
    value: str
    flag: str
    performed_by: DemoInstitution | None
    detection_system: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class LabVersion:
    """One issue of a report; status is OBR-25 (P, F, C or X)."""

    status: str
    results: tuple[PlannedResult, ...]
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class LabReportPlan:
    """A report with all its issues, oldest first, and whether the oldest reaches us last."""

    institution: DemoInstitution
    person: Person
    order: LabOrder
    filler: str
    collected_at: datetime
    versions: tuple[LabVersion, ...]
    oldest_arrives_last: bool = False

    @property
    def received_at(self) -> datetime:
        """When the specimen reached the laboratory."""
        return self.collected_at + timedelta(minutes=40)

    @property
    def arrivals(self) -> tuple[LabVersion, ...]:
        """The issues in the order in which their messages reach us."""
        if self.oldest_arrives_last:
            return (*self.versions[1:], self.versions[0])
        return self.versions


def plan_lab_reports(
    people: tuple[Person, ...], orders: Mapping[str, LabOrder], today: date, rng: Random
) -> tuple[LabReportPlan, ...]:
    """The reports of the city; days are counted back from `today`, a local date in China."""
    numbers = count(1)
    scripted = [_from_scenario(s, people, orders, today, rng, next(numbers)) for s in SCENARIOS]
    reserved = _reserved(orders)
    everyday: list[LabReportPlan] = []
    while len(scripted) + len(everyday) < REPORT_COUNT:
        person = rng.choice(people)
        scenario = _everyday_scenario(person, orders, reserved.get(person.number, set()), rng)
        if scenario is not None:
            plan = _from_scenario(scenario, people, orders, today, rng, next(numbers))
            everyday.append(plan)
    return (*scripted, *everyday)


def corrected(plan: LabReportPlan, values: Mapping[str, str], at: datetime) -> LabReportPlan:
    """The report with one more issue, corrected at that instant."""
    last = plan.versions[-1]
    results = tuple(
        replace(r, value=new, flag=flag_of(r.analyte, new))
        if (new := values.get(r.analyte.abbreviation)) is not None
        else r
        for r in last.results
    )
    return replace(plan, versions=(*plan.versions, LabVersion("C", results, at)))


def _reserved(orders: Mapping[str, LabOrder]) -> dict[int, set[str]]:
    """What everyday reports of a person must not measure, so that the story stays clear."""
    reserved: dict[int, set[str]] = {}
    for scenario in SCENARIOS:
        measured = orders[scenario.order].abbreviations
        reserved.setdefault(scenario.person, set()).update(measured)
    return reserved


def _everyday_scenario(
    person: Person, orders: Mapping[str, LabOrder], reserved: set[str], rng: Random
) -> LabScenario | None:
    key = rng.choices(list(_SENDERS), list(_SENDERS.values()))[0]
    order = rng.choices(list(orders.values()), [o.weight for o in orders.values()])[0]
    has_markers = any(analyte.kind == "marker" for analyte in order.analytes)
    if order.abbreviations & reserved or (has_markers and key in _NO_MARKERS):
        return None
    fate = rng.choices(("F", "FC", "P", "PF", "FX"), (84, 6, 3, 5, 2))[0]
    return LabScenario(
        person=person.number,
        sender=key,
        order=order.code,
        days_ago=min(1 + int(rng.expovariate(1 / 16)), _OLDEST_DAY),
        statuses=fate,
        oldest_arrives_last=fate == "FC" and rng.random() < 0.4,  # noqa: PLR2004 - four in ten
        outsourced=key == DISTRICT.key and order.code in _OUTSOURCED_ORDERS,
    )


def _from_scenario(
    scenario: LabScenario,
    people: tuple[Person, ...],
    orders: Mapping[str, LabOrder],
    today: date,
    rng: Random,
    number: int,
) -> LabReportPlan:
    institution = next(i for i in INSTITUTIONS if i.key == scenario.sender)
    order, person = orders[scenario.order], people[scenario.person - 1]
    day = today - timedelta(days=scenario.days_ago)
    collected = datetime.combine(day, time(7, rng.randrange(10, 59)), CHINA_STANDARD_TIME)
    values = draw_values(order.analytes, person.condition, rng) | dict(scenario.values)
    results = tuple(_result(a, values, institution, scenario) for a in order.analytes)
    kept = tuple(r for r in results if r.analyte.abbreviation not in scenario.left_out)
    plan = LabReportPlan(
        institution=institution,
        person=person,
        order=order,
        filler=f"{institution.key}{day:%Y%m%d}{number:04d}",
        collected_at=collected,
        versions=(LabVersion(scenario.statuses[0], kept, collected + timedelta(hours=3)),),
        oldest_arrives_last=scenario.oldest_arrives_last,
    )
    for status in scenario.statuses[1:]:
        plan = _reissued(plan, status, scenario)
    return plan


def _reissued(plan: LabReportPlan, status: str, scenario: LabScenario) -> LabReportPlan:
    last = plan.versions[-1]
    later = last.issued_at + timedelta(hours=2)
    if status == "C":
        return corrected(plan, dict(scenario.corrected_values) or _amended(last), later)
    return replace(plan, versions=(*plan.versions, replace(last, status=status, issued_at=later)))


def _amended(version: LabVersion) -> dict[str, str]:
    """A small change of the first numeric value, as after a second run."""
    for result in version.results:
        if result.analyte.kind in {"number", "marker"}:
            amended = float(result.value) * 1.06
            return {result.analyte.abbreviation: f"{amended:.{result.analyte.decimals}f}"}
    return {}


def _result(
    analyte: Analyte, values: Mapping[str, str], institution: DemoInstitution, scenario: LabScenario
) -> PlannedResult:
    laboratory = LABORATORY if scenario.outsourced else institution
    value = values[analyte.abbreviation]
    is_marker = analyte.kind == "marker"
    return PlannedResult(
        analyte=analyte,
        value=value,
        flag=flag_of(analyte, value),
        performed_by=LABORATORY if scenario.outsourced else None,
        detection_system=DETECTION_SYSTEMS.get(laboratory.key) if is_marker else None,
    )
