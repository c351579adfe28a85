"""Text of a code cell → tree, by recursive descent; the grammar stands beside each function."""

import re
from typing import Final

from item_catalog.clinical_context.code_expressions import (
    DIAGNOSIS_PATTERN,
    PROCEDURE_PATTERN,
    Code,
    CodeExpression,
    CodeItem,
    CodeSystem,
    Conjunction,
    Layout,
)

_BLANKS: Final = " \u00a0\t\r\n"
_OPEN: Final = re.compile(r"[(（]")
_CLOSE: Final = re.compile(r"[)）]")
_HYPHEN: Final = re.compile(f"[{_BLANKS}]*-[{_BLANKS}]*")
_DIGIT: Final = re.compile(r"[0-9]")
_SHORTENABLE: Final = re.compile(r"[A-Z][0-9]{2}\.[0-9]")
# Morphology first: its "/" belongs to the code, and its "M" and two digits look like a diagnosis.
_CODES: Final = (
    (CodeSystem.MORPHOLOGY, re.compile(r"M[0-9]{5}/[0-9]")),
    (CodeSystem.DIAGNOSIS, re.compile(DIAGNOSIS_PATTERN)),
    (CodeSystem.PROCEDURE, re.compile(PROCEDURE_PATTERN)),
)


class InvalidCodeExpression(ValueError):
    """A text that the grammar of code expressions does not accept."""

    def __init__(self, text: str, at: int, reason: str) -> None:
        super().__init__(f"{text!r} is no code expression: {reason} at {at}")


class _Reader:
    """A text and the place reached in it."""

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """The match at this place, stepped over; None without a match."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match.group()

    def blanks(self) -> str:
        """The run of blanks at this place, perhaps empty, stepped over."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in _BLANKS:
            self.at += 1
        return self.text[start : self.at]

    def take_sign(self, sign: str) -> bool:
        """Step over a sign if it stands here."""
        stands = self.text.startswith(sign, self.at)
        self.at += stands
        return stands

    def refusal(self, reason: str) -> InvalidCodeExpression:
        """The error for this place."""
        return InvalidCodeExpression(self.text, self.at, reason)


def parse_code_expression(text: str) -> CodeExpression:
    """`term { "/" term }`; raise `InvalidCodeExpression` for anything else.

    One expression speaks either of diagnoses (with morphology) or of procedures.
    """
    reader = _Reader(text)
    alternatives = [_term(reader)]
    while reader.take_sign("/"):
        alternatives.append(_term(reader))
    if reader.at != len(text):
        raise reader.refusal("unexpected sign")
    expression = CodeExpression(tuple(alternatives))
    procedures = {item.system is CodeSystem.PROCEDURE for item in expression.items()}
    if len(procedures) > 1:
        raise reader.refusal("diagnoses and procedures mixed")
    return expression


def _term(reader: _Reader) -> Conjunction:
    """`factor { "+" factor }`."""
    items = [_factor(reader)]
    while reader.take_sign("+"):
        items.append(_factor(reader))
    return tuple(items)


def _factor(reader: _Reader) -> CodeItem:
    """`simple`, or `( simple )`, with blanks anywhere between."""
    before = reader.blanks()
    bracket = reader.take(_OPEN)
    if bracket is not None:
        before += bracket + reader.blanks()
    low, high, hyphen, shortened = _simple(reader)
    after = reader.blanks()
    if bracket is not None:
        close = reader.take(_CLOSE)
        if close is None:
            raise reader.refusal("bracket not closed")
        after += close + reader.blanks()
    return CodeItem(low, high, Layout(before, after, hyphen, shortened))


def _simple(reader: _Reader) -> tuple[Code, Code | None, str, bool]:
    """`code`, `code - code` or `dx4 - digit`: both ends, the hyphen, whether shortened."""
    low = _code(reader)
    hyphen = reader.take(_HYPHEN)
    if hyphen is None:
        return low, None, "-", False
    shortened = False
    high = _try_code(reader)
    if high is None and _SHORTENABLE.fullmatch(str(low)):
        digit = reader.take(_DIGIT)
        shortened = digit is not None
        high = Code(low.system, f"{low.text[:-1]}{digit}") if digit is not None else None
    if high is None:
        raise reader.refusal("no end of the range")
    _check_range(reader, low, high)
    return low, high, hyphen, shortened


def _check_range(reader: _Reader, low: Code, high: Code) -> None:
    """Both ends in one system, of one length and behavior digit, the lower first."""
    if low.system is not high.system or len(low.text) != len(high.text):
        raise reader.refusal("ends of a range differ in kind")
    if low.system is CodeSystem.MORPHOLOGY and low.text[-1] != high.text[-1]:
        raise reader.refusal("ends of a range differ in behavior")
    if low.text > high.text:
        raise reader.refusal("range runs backwards")


def _code(reader: _Reader) -> Code:
    code = _try_code(reader)
    if code is None:
        raise reader.refusal("no code")
    return code


def _try_code(reader: _Reader) -> Code | None:
    """`morph`, `dx [ "*" ]` or `op`."""
    for system, pattern in _CODES:
        text = reader.take(pattern)
        if text is not None:
            asterisk = system is CodeSystem.DIAGNOSIS and reader.take_sign("*")
            return Code(system, text, asterisk)
    return None
