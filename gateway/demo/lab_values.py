"""Values that belong together: drawn around the usual interval, moved by what the patient has."""

from random import Random

from gateway.demo.analytes import Analyte

#: Factor on the middle of the interval, by condition.
_SHIFTS = {
    "diabetes": {"GLU": 2.1, "HBA1C": 1.7, "TG": 1.8, "UGLU": 2.0},
    "kidney": {"CREA": 4.2, "UREA": 3.1, "UA": 1.7, "K": 1.24, "UPRO": 2.0, "P": 1.5},
    "liver": {"ALT": 6.5, "AST": 5.2, "GGT": 4.0, "TBIL": 2.6, "ALP": 1.8, "ALB": 0.76},
    "anemia": {"RBC": 0.68, "MCV": 0.83, "FERR": 0.05},
    "infection": {"WBC": 2.4, "CRP": 9.0, "PCT": 30.0, "NEUT%": 1.45, "ULEU": 2.0},
    "lipids": {"TC": 1.6, "LDL-C": 1.9, "TG": 2.6, "HCY": 1.8},
}
_DIPSTICK = ("阴性(-)", "±", "1+", "2+")
_FRACTION_OF_SPREAD = 4.6


def draw_values(analytes: tuple[Analyte, ...], condition: str, rng: Random) -> dict[str, str]:
    """One value for each analyte, by abbreviation, as the laboratory would print it."""
    shifts = _SHIFTS.get(condition, {})
    drawn = {a.abbreviation: _draw(a, shifts.get(a.abbreviation, 1.0), rng) for a in analytes}
    numbers = {name: value for name, value in drawn.items() if isinstance(value, float)}
    _make_consistent(numbers)
    return {a.abbreviation: _print(a, numbers, drawn) for a in analytes}


def flag_of(analyte: Analyte, value: str) -> str:
    """The abnormal flag of table 0078 that a laboratory would put on this value."""
    if analyte.low is None or analyte.high is None:
        return "N" if value in {"阴性", "阴性(-)", "<20"} else "A"
    number = float(value)
    if analyte.critical_low is not None and number < analyte.critical_low:
        return "LL"
    if analyte.critical_high is not None and number > analyte.critical_high:
        return "HH"
    if number < analyte.low:
        return "L"
    return "H" if number > analyte.high else "N"


def _draw(analyte: Analyte, shift: float, rng: Random) -> float | str:
    if analyte.kind == "dipstick":
        chance = 0.75 if shift > 1 else 0.12
        return rng.choice(_DIPSTICK[1:]) if rng.random() < chance else _DIPSTICK[0]
    if analyte.kind == "negative":
        return "阴性"
    if analyte.low is None or analyte.high is None:
        return rng.choice(("<20", "<20", "<20", f"{10 ** rng.uniform(2, 6):.2E}"))
    if analyte.kind == "marker" or analyte.low == 0:
        return min(rng.expovariate(3.2 / analyte.high), analyte.high * 6) * shift
    middle = (analyte.low + analyte.high) / 2
    spread = (analyte.high - analyte.low) / _FRACTION_OF_SPREAD
    return max(rng.gauss(middle * shift, spread), analyte.low * 0.3)


def _make_consistent(numbers: dict[str, float]) -> None:
    """Repair what arithmetic ties together, so that no clinician sees nonsense."""
    if "MCV" in numbers:
        _tie_red_cells(numbers)
        _tie_differential(numbers)
    if "DBIL" in numbers:
        numbers["DBIL"] = numbers["TBIL"] * 0.27
    if "TP" in numbers:
        numbers["TP"] = numbers["ALB"] + 28.0
    if "LDL-C" in numbers:
        numbers["TC"] = numbers["LDL-C"] + numbers["HDL-C"] + numbers["TG"] / 2.2
    if "FPSA" in numbers:
        numbers["FPSA"] = min(numbers["FPSA"], numbers["TPSA"] * 0.4)


def _tie_red_cells(numbers: dict[str, float]) -> None:
    numbers["HCT"] = numbers["RBC"] * numbers["MCV"] / 10
    numbers["MCH"] = numbers["MCV"] * numbers["MCHC"] / 1000
    numbers["HGB"] = numbers["RBC"] * numbers["MCH"]


def _tie_differential(numbers: dict[str, float]) -> None:
    rest = sum(numbers[name] for name in ("MONO%", "EO%", "BASO%"))
    numbers["NEUT%"] = min(numbers["NEUT%"], 97.0 - rest)
    numbers["LYMPH%"] = 100.0 - rest - numbers["NEUT%"]


def _print(analyte: Analyte, numbers: dict[str, float], drawn: dict[str, float | str]) -> str:
    if analyte.abbreviation in numbers:
        return f"{numbers[analyte.abbreviation]:.{analyte.decimals}f}"
    return str(drawn[analyte.abbreviation])
