"""PID, OBX and NTE → typed canonical values, one short function each. Pure."""

import re
from collections.abc import Callable
from functools import lru_cache

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import NULL, Delimiters, Segment
from adapters.hl7v2.sender_profile import SenderProfile
from adapters.hl7v2.tables import IDENTITY_TYPE, RESIDENT_ID_OID, RESULT_STATUS, SEX
from adapters.hl7v2.timestamps import calendar_date
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import (
    IdentityType,
    InstitutionCode,
    PatientIdentifier,
    patient_identifier,
)
from gateway.canonical.lab import LabResult, LocalCode, ResultStatus
from gateway.canonical.patient import Patient, Sex, normalize_name

_OBX_FIELDS = 24
_NO_FIELDS = ("",) * _OBX_FIELDS
#: A unit such as 10^9/L whose caret was not escaped, with what may follow it as further components.
_POWER_OF_TEN = re.compile(r"([^^]{0,3}10\^-?\d{1,2}(?:/[^^]*)?)(?:\^.*)?")


def patient(pid: Segment, profile: SenderProfile, warnings: list[str]) -> Patient:
    """The patient of a PID segment (v2.5.1 3.4.2).

    Raises:
        MappingFailure: no identifier at all, or a birth date that cannot be read.
    """
    numbers, invalid = identifiers(pid, 3, profile.institution, warnings)
    name = _name(pid)
    return Patient(
        identifiers=numbers,
        name=normalize_name(name) if name else None,
        name_as_sent=name,
        birth_date=calendar_date(pid.component(7), pid.at(7)),
        sex=_sex(pid, warnings),
        invalid_identifiers=invalid,
    )


def identifiers(
    segment: Segment, field: int, institution: InstitutionCode, warnings: list[str]
) -> tuple[tuple[PatientIdentifier, ...], int]:
    """The valid identifiers of a field (CX), each once, and how many were refused.

    Raises:
        MappingFailure: the field states no number.
    """
    # Senders leave repetitions of delimiters alone where a person has no such number.
    repetitions = segment.raw(field).split(segment.delimiters.repetition)
    stated = [each for each in enumerate(repetitions, 1) if segment.component_of(each[1], 1)]
    if not stated:
        raise MappingFailure(
            "required_field_missing", segment.at(field), "send at least one patient identifier"
        )
    found: dict[PatientIdentifier, None] = {}
    invalid = 0
    for number, repetition in stated:
        try:
            identifier = _identifier(segment, repetition, institution)
        except InvalidRecord as error:
            invalid += 1
            warnings.append(f"{segment.at(field, number, 1)}: {error.fault}")
            continue
        if identifier is None:
            place = segment.at(field, number, 5)
            warnings.append(f"{place}: identifier type not known, not used")
        else:
            found[identifier] = None
    return tuple(found), invalid


def _identifier(
    pid: Segment, repetition: str, institution: InstitutionCode
) -> PatientIdentifier | None:
    """One CX repetition; None for a kind of number that is not used to tell patients apart."""
    authority = repetition.split(pid.delimiters.component)[3:4]
    kind = IDENTITY_TYPE.get(pid.component_of(repetition, 5).upper())
    if authority and RESIDENT_ID_OID in authority[0].split(pid.delimiters.subcomponent):
        kind = IdentityType.RESIDENT_ID
    if kind is None:
        return None
    return patient_identifier(kind, pid.component_of(repetition, 1), institution)


def _sex(pid: Segment, warnings: list[str]) -> Sex:
    sex = SEX.get(pid.component(8).upper())
    if sex is None:
        warnings.append(f"{pid.at(8)}: not in table 0001, read as unknown")
    return sex or Sex.UNKNOWN


def _name(pid: Segment) -> str | None:
    """The name to show, as sent: of several spellings the ideographic one (XPN.8 `I`).

    Chinese senders write the whole name into the family name as often as they divide it. None is
    nothing said, "" is the sender's statement that there is no name.
    """
    names = pid.repetitions(5)
    if not names:
        return None
    chosen = next((n for n in names if pid.component_of(n, 8) == "I"), None)
    chosen = chosen or next((n for n in names if not n.isascii()), names[0])
    family = chosen.split(pid.delimiters.component)[0].split(pid.delimiters.subcomponent)[0]
    parts = [pid.plain(family), pid.component_of(chosen, 2), pid.component_of(chosen, 3)]
    return ("" if not chosen.isascii() else " ").join(part for part in parts if part)


def lab_result(
    obx: Segment, order: LocalCode, notes: tuple[str, ...], warnings: list[str]
) -> LabResult:
    """One result as sent (OBX, v2.5.1 7.4.2). Only what cannot be read at all is a fault.

    Raises:
        MappingFailure: the performing laboratory is stated and is no institution code.
    """
    # Hot path: the fields are taken out once, not asked for one by one.
    fields = obx.fields if len(obx.fields) >= _OBX_FIELDS else [*obx.fields, *_NO_FIELDS]
    value_type = fields[2]
    if fields[5] == NULL:
        warnings.append(f"{obx.at(5)}: explicit null, there is no value")
    repeating = (fields[3], fields[6], fields[7], fields[8], fields[18], fields[17])
    code, unit, reference_range, flags, system, method = _description(repeating, obx.delimiters)
    if value_type == "NM" and not unit:
        warnings.append(f"{obx.at(6)}: unit missing")
    return LabResult(
        order,
        code,
        observation_text(obx, value_type),
        unit,
        reference_range,
        flags,
        RESULT_STATUS.get(fields[11]) or _unknown_status(obx, warnings),
        value_type,
        fields[4],
        system,
        method,
        _performing_institution(obx, fields) if fields[23] or fields[15] else None,
        notes,
    )


def _unknown_status(obx: Segment, warnings: list[str]) -> ResultStatus:
    """OBX-11 empty or in no table is preliminary, because it is not known to be final."""
    fault = "not in table 0085" if obx.raw(11) else "missing"
    warnings.append(f"{obx.at(11)}: status {fault}, read as preliminary")
    return ResultStatus.PRELIMINARY


def observation_text(obx: Segment, value_type: str) -> str:
    """OBX-5 as text. Free text keeps unescaped delimiters: `10^9` and `3~5` are not cut short."""
    read = _VALUES.get(value_type)
    return read(obx) if read else obx.text(5)


def _coded_value(obx: Segment) -> str:
    return coded_texts(obx, 5)


def _lines(obx: Segment) -> str:
    """Repetitions of TX and FT are lines; a mark before a digit is a range, such as `3~5 mm`."""
    lines = re.split(f"{re.escape(obx.delimiters.repetition)}(?!\\d)", obx.raw(5))
    return "\n".join(map(obx.plain, lines))


def _structured_number(obx: Segment) -> str:
    """SN, v2.5.1 2.A.70: comparator, number, separator, number, as one text such as `<0.5`."""
    return obx.plain(obx.raw(5).replace(obx.delimiters.component, ""))


def _document(obx: Segment) -> str:
    """What kind of document it is; a value is what a physician reads in a line.

    The document itself stays in the raw message.
    """
    return " ".join(filter(None, (obx.component(5, 2), obx.component(5, 3))))


_VALUES: dict[str, Callable[[Segment], str]] = {
    "CE": _coded_value,
    "CWE": _coded_value,
    "CNE": _coded_value,
    "CF": _coded_value,
    "TX": _lines,
    "FT": _lines,
    "SN": _structured_number,
    "ED": _document,
    "RP": _document,
}


def _performing_institution(obx: Segment, fields: list[str]) -> InstitutionCode | None:
    """OBX-23.10, else OBX-15.1; None where the sender measured itself."""
    for field, component in ((23, 10), (15, 1)):
        try:
            code = _institution_code(fields[field], component, obx.delimiters)
        except InvalidRecord as error:
            place = obx.at(field, 1, component)
            raise MappingFailure("invalid_value", place, error.fault) from None
        if code is not None:
            return code
    return None


def note_text(nte: Segment) -> str:
    """The comment of an NTE segment, its repetitions as lines (v2.5.1 2.15.10)."""
    return "\n".join(nte.plain(line) for line in nte.repetitions(3))


# What an analyser says of a test repeats from message to message and identifies nobody, so what was
# read from it once is kept: it halves the time of a report.


@lru_cache(maxsize=16384)
def _description(
    raw: tuple[str, ...], delimiters: Delimiters
) -> tuple[LocalCode, str, str, tuple[str, ...], str | None, str | None]:
    """Code, unit, reference range, flags, detection system and method of an OBX."""
    unit, reference_range, flags, system, method = (
        Segment(["", field], 1, delimiters) for field in raw[1:]
    )
    return (
        local_code(raw[0], delimiters),
        _unit(unit),
        reference_range.text(1),
        tuple(filter(None, (flags.component_of(flag, 1) for flag in flags.repetitions(1)))),
        _detection_system(system) or None,
        coded_texts(method, 1) or None,
    )


@lru_cache(maxsize=16384)
def local_code(raw: str, delimiters: Delimiters) -> LocalCode:
    """A coded element (CE, CWE) as the sender's own code."""
    field = Segment(["", raw], 1, delimiters)
    return LocalCode(field.component(1, 1), field.component(1, 2), field.component(1, 3))


@lru_cache(maxsize=4096)
def _institution_code(raw: str, component: int, delimiters: Delimiters) -> InstitutionCode | None:
    code = Segment(["", raw], 1, delimiters).component(1, component)
    return InstitutionCode(code) if code else None


def _unit(field: Segment) -> str:
    """OBX-6 as text: the code, else its name; `10^9/L` whole although its caret is a delimiter."""
    power = _POWER_OF_TEN.fullmatch(field.raw(1))
    return power[1] if power else field.component(1, 1) or field.component(1, 2)


def _detection_system(field: Segment) -> str:
    """Components 1 and 2 of each repetition of OBX-18 as text: `Cobas e801 Roche; Modul 2`."""
    texts = (
        " ".join(filter(None, (field.component_of(part, 1), field.component_of(part, 2))))
        for part in field.repetitions(1)
    )
    return "; ".join(filter(None, texts))


def coded_texts(segment: Segment, field: int) -> str:
    """What each repetition of a coded field says: its name, else its code."""
    texts = (
        segment.component_of(part, 2) or segment.component_of(part, 1)
        for part in segment.repetitions(field)
    )
    return "; ".join(filter(None, texts))
