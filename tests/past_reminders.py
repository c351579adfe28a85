"""Many stored reminders, as a province would have kept them: for what is asked about the past."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from gateway.canonical.recognition import EventName
from gateway.services.reminder_record import OfferedReport, RecordedItem, ReminderRecord
from gateway.storage.events import StoredEvent
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database
from gateway.storage.tables import event, reminder
from rules.candidates import Candidate
from rules.codec import line_to_json
from rules.engine import outcome_without_exceptions
from rules.facts import Anchor, Assessment, Declared, Party, RequestFacts
from rules.line import LineDetermination, determine_line
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    AT,
    BLOOD_COUNT,
    CHEST_TWO_VIEWS,
    EDITION,
    HIGH,
    LIVER,
    LOW,
    POLICY,
    UPPER_ABDOMEN_CT,
    code_of,
    holding,
    imaged,
)

DAYS = 30
_INSTITUTIONS = ("R3A", "R3B", "R2B", "R1")
#: Most orders are of single items; panels are kept at greater length.
_ITEMS = {
    ALBUMIN: 7, code_of(40): 5, BLOOD_COUNT: 3, LIVER: 2, CHEST_TWO_VIEWS: 4, UPPER_ABDOMEN_CT: 3,
}  # fmt: skip
_SYSTEMS = (None, "罗氏", "雅培")
_GROUP = 500


@dataclass(frozen=True, slots=True)
class Past:
    """A reminder as it was, with the decision events on its lines: name, line key, price."""

    institution: str
    at: datetime
    record: ReminderRecord
    events: tuple[tuple[EventName, str, int | None], ...]


def past_reminders(count: int, seed: int = 1) -> Iterator[Past]:
    """Reminders of 30 days from `AT` on, oldest first, of some lines each; always the same."""
    dice = random.Random(seed)
    kept = [_items(dice, AT + timedelta(days=day)) for day in range(DAYS)]
    for number in range(count):
        day = number * DAYS // count
        institution = dice.choice(_INSTITUTIONS)
        items = tuple(
            replace(each, key=f"{number:018x}{place:02x}")
            for place, each in enumerate(dice.choices(kept[day], k=dice.choice((1, 1, 2, 3))))
        )
        at = (AT + timedelta(days=day, microseconds=number)).astimezone(UTC)
        record = ReminderRecord(f"V{number}", "全科", "王医生", items)
        yield Past(institution, at, record, tuple(_decided(dice, items)))


def _decided(
    dice: random.Random, items: Sequence[RecordedItem]
) -> Iterator[tuple[EventName, str, int | None]]:
    """A third is accepted; of that some have no price, some are undone, some accepted again."""
    for item in items:
        if dice.random() < 1 / 3:
            fen = dice.choice((None, 850, 1200, 23000))
            yield EventName.RECOGNITION_ACCEPTED, item.key, fen
            if dice.random() < 1 / 5:
                yield EventName.RECOGNITION_UNDONE, item.key, None
                if dice.random() < 1 / 2:
                    yield EventName.RECOGNITION_ACCEPTED, item.key, fen


def _items(dice: random.Random, at: datetime) -> list[RecordedItem]:
    """Lines of one day, of every item and in many situations."""
    return [_recorded(_line(dice, code, at)) for code, n in _ITEMS.items() for _ in range(n)]


def _line(dice: random.Random, code: str, at: datetime) -> LineDetermination:
    request = RequestFacts(
        at=at,
        receiver=dice.choice((HIGH, LOW)),
        visit_class=dice.choice(("outpatient", "outpatient", "inpatient", "emergency")),
        triage=dice.choice((None, None, None, None, 1, 3)),
        purpose=dice.choice(("treatment",) * 9 + ("forensic",)),
        declared=(Declared("E08", None, "王医生"),) if dice.random() < 1 / 8 else (),
    )
    made = determine_line(code, list(_candidates(dice, code, at)), request, EDITION, POLICY)
    assert made is not None
    return made


def _candidates(dice: random.Random, code: str, at: datetime) -> Iterator[Candidate]:
    elements = EDITION.elements_of(code)
    for name in ("a", "b"):
        if not elements:
            made = imaged(name, code, declared_count=dice.choice((None, 2, 2, 3)))
        else:
            made = holding(
                name,
                tuple(each for each in elements if dice.random() < 0.95) or elements[:1],
                assessments=(Assessment(dice.choice(("national", "provincial")), "pass"),),
                systems=(dice.choice(_SYSTEMS),),
                receiver_system="罗氏",
            )
        source = Party(
            "S", dice.choice(("三级甲等", "三级乙等", "二级甲等", "二级乙等")), "hospital"
        )
        when = at - timedelta(days=dice.randrange(45), hours=1)
        anchor = Anchor("collected" if elements else "acquired", when)
        report = replace(made.report, source=source, anchors=(anchor,))
        yield replace(made, report=report)


def _recorded(line: LineDetermination) -> RecordedItem:
    code = line.ordered.code
    offered = OfferedReport("r", 1, "lab", "S", "某医院", "F1", "2025-06-30")
    counted = outcome_without_exceptions(line.findings)
    kept = line_to_json(line)
    return RecordedItem("", "O1", code, line.outcome, counted, False, kept, (offered,))


async def store_past(database: Database, sealer: Sealer, pasts: Sequence[Past]) -> None:
    """Keep the reminders and their events, as the services do."""
    for start in range(0, len(pasts), _GROUP):
        group = list(enumerate(pasts[start : start + _GROUP], start))
        await database.write(_written(sealer, group))


def reminder_id(number: int) -> str:
    """The id under which `store_past` keeps the reminder of this number."""
    return f"{number:032x}"


def _written(sealer: Sealer, group: Sequence[tuple[int, Past]]):  # type: ignore[no-untyped-def]
    reminders = [_row(sealer, number, past) for number, past in group]
    events = [row for number, past in group for row in _event_rows(number, past)]

    async def unit(conn: Connection) -> None:
        await conn.run(insert(reminder), reminders)
        if events:
            await conn.run(insert(event), events)

    return unit


def _row(sealer: Sealer, number: int, past: Past) -> dict[str, object]:
    id_ = reminder_id(number)
    return {
        "patient_key": f"{number // 2:032x}",
        "reminder_id": id_,
        "institution": past.institution,
        "visit_hash": number.to_bytes(32, "big"),
        "created_at": past.at,
        "content_sealed": sealer.seal_record("reminder", id_, past.record),
    }


def _event_rows(number: int, past: Past) -> list[dict[str, object]]:
    return [
        asdict(
            StoredEvent(
                patient_key=f"{number // 2:032x}",
                event_id=f"{number:028x}{place:04x}",
                name=name,
                at=past.at + timedelta(minutes=1 + place),
                institution=past.institution,
                visit_hash=number.to_bytes(32, "big"),
                line_key=key,
                reminder_id=reminder_id(number),
                price_fen=fen,
            )
        )
        for place, (name, key, fen) in enumerate(past.events)
    ]
