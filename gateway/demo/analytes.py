"""What the fake laboratories measure, and under which orders."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Analyte:
    """One thing measured: its catalogue item ("" = outside the list), unit and usual interval.

    component is filled for parts of a panel that are no item of their own. kind says how a value
    looks: number, marker (a tumour marker, skewed to the low end), dipstick, negative, below_limit.
    """

    abbreviation: str
    name: str
    item_code: str
    component: str
    unit: str
    low: float | None
    high: float | None
    decimals: int
    critical_low: float | None
    critical_high: float | None
    kind: str

    @property
    def reference_range(self) -> str:
        """The interval as printed on reports."""
        if self.low is None or self.high is None:
            return {"negative": "阴性", "dipstick": "阴性(-)", "below_limit": "<20"}[self.kind]
        if self.low == 0:
            return f"<{self.high:.{self.decimals}f}"
        return f"{self.low:.{self.decimals}f}-{self.high:.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class LabOrder:
    """An order as the laboratories offer it; item_code is "" where the list has no such panel."""

    code: str
    name: str
    item_code: str
    specimen: str
    weight: int
    analytes: tuple[Analyte, ...]

    @property
    def abbreviations(self) -> frozenset[str]:
        """What is measured under this order."""
        return frozenset(analyte.abbreviation for analyte in self.analytes)


def load_analytes() -> dict[str, Analyte]:
    """All analytes by abbreviation."""
    return {row["abbreviation"]: _analyte(row) for row in _rows("analytes.csv")}


def load_lab_orders(analytes: Mapping[str, Analyte]) -> dict[str, LabOrder]:
    """All laboratory orders by code."""
    return {
        row["code"]: LabOrder(
            row["code"],
            row["name"],
            row["item_code"],
            row["specimen"],
            int(row["weight"]),
            tuple(analytes[name] for name in row["analytes"].split(";")),
        )
        for row in _rows("lab_orders.csv")
    }


def _analyte(row: Mapping[str, str]) -> Analyte:
    return Analyte(
        abbreviation=row["abbreviation"],
        name=row["name"],
        item_code=row["item_code"],
        component=row["component"],
        unit=row["unit"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        decimals=int(row["decimals"] or 0),
        critical_low=_number(row["critical_low"]),
        critical_high=_number(row["critical_high"]),
        kind=row["kind"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _rows(name: str) -> list[dict[str, str]]:
    text = files("gateway.demo").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
