"""Reading a 20-OBX ORU^R01 into the canonical report, against hl7apy on the same bytes."""

from collections.abc import Callable
from time import perf_counter

from hl7apy.parser import parse_message

from adapters.hl7v2 import er7
from adapters.hl7v2.charset import decode
from adapters.hl7v2.header import read_header
from adapters.hl7v2.oru_r01 import read_reports
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.intake import Report
from tests.messages import message

_PROFILE = SenderProfile(InstitutionCode("H001"))


def read(raw: bytes) -> tuple[Report, ...]:
    """All that happens to a message between its frame and the intake."""
    decoded = decode(raw, read_header(raw).charset, _PROFILE.charset)
    return read_reports(er7.read(decoded.text, decoded.codec), _PROFILE, lambda _code: False, [])


def _rate(work: Callable[[], object], count: int, rounds: int) -> float:
    """The best of several rounds: a shared machine only ever makes things slower."""
    best = float("inf")
    for _ in range(rounds):
        begin = perf_counter()
        for _ in range(count):
            work()
        best = min(best, perf_counter() - begin)
    return count / best


def run() -> list[tuple[str, float, str]]:
    """Rates of ours and of hl7apy, and their ratio, taken in turns in one run."""
    raw, chinese = message("lab_utf8.hl7"), message("lab_gb18030.hl7")
    text = raw.decode()
    parse_message(text)  # loads its tables, which is not what is measured
    theirs = _rate(lambda: parse_message(text), 3, 5)
    ours = _rate(lambda: read(raw), 500, 9)
    ours_chinese = _rate(lambda: read(chinese), 500, 9)
    return [
        ("read 20-OBX ORU, UTF-8", ours, "messages/s"),
        ("read 20-OBX ORU, GB18030", ours_chinese, "messages/s"),
        ("hl7apy parse_message, same bytes", theirs, "messages/s"),
        ("ratio", ours / theirs, "x"),
    ]


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:40s} {value:12.1f} {unit}")
