"""The whole fake city from one seed: register, people, laboratory reports, studies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from gateway.demo.analytes import Analyte, LabOrder, load_analytes, load_lab_orders
from gateway.demo.imaging_plans import StudyPlan, plan_studies
from gateway.demo.lab_plans import LabReportPlan, plan_lab_reports
from gateway.demo.lab_scenarios import Patient
from gateway.demo.people import Person, make_people
from gateway.demo.registers import register_texts
from item_catalog.catalog import Edition

_SEED = 20211014


@dataclass(frozen=True, slots=True)
class City:
    """Everything the demonstration imports and sends; equal for equal days."""

    today: date
    registers: Mapping[str, str]
    people: tuple[Person, ...]
    lab_reports: tuple[LabReportPlan, ...]
    studies: tuple[StudyPlan, ...]
    analytes: Mapping[str, Analyte]
    lab_orders: Mapping[str, LabOrder]

    def person(self, patient: Patient) -> Person:
        """A patient of the story."""
        return self.people[patient - 1]

    def lab_report(self, patient: Patient, order: str) -> LabReportPlan:
        """The laboratory report that the story tells of this patient."""
        return next(
            plan
            for plan in self.lab_reports
            if plan.person.number == patient and plan.order.code == order
        )

    def study(self, patient: Patient) -> StudyPlan:
        """The study that the story tells of this patient."""
        return next(plan for plan in self.studies if plan.person.number == patient)


def make_city(today: date, edition: Edition) -> City:
    """The city as it looks on `today`, a local date in China."""
    rng = Random(_SEED)
    analytes = load_analytes()
    orders = load_lab_orders(analytes)
    people = make_people(rng)
    return City(
        today=today,
        registers=register_texts(today, edition, analytes.values(), orders.values()),
        people=people,
        lab_reports=plan_lab_reports(people, orders, today, rng),
        studies=plan_studies(people, today),
        analytes=analytes,
        lab_orders=orders,
    )
