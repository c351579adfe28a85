"""A message put right by what is known of its sender, before it is read. Pure.

Only what the profile of the sender names is touched; the message as it was sent is stored anyway.
"""

from collections.abc import Callable
from functools import lru_cache, partial

from adapters.hl7v2.er7 import Message, Segment
from adapters.hl7v2.sender_profile import NO_HABITS, FieldPlace, Habits
from adapters.hl7v2.tables import RESULT_STATUS

#: Full-width forms U+FF01 to U+FF5E and the ideographic space → ASCII.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_IDENTIFIER_FIELDS: tuple[FieldPlace, ...] = (("PID", 3), ("MRG", 1))
_NAMED_FIELDS: tuple[FieldPlace, ...] = (("OBX", 3), ("OBR", 4))
_TYPE_COMPONENT = 5

#: (what a field says now) → what it should say.
Change = Callable[[Segment, str], str]


def correct(message: Message, habits: Habits) -> None:
    """Put every segment right, in place."""
    if habits is NO_HABITS:
        return
    order_status = ""
    for segment in message.segments:
        _move(segment, habits)
        for (name, field), change in _changes(habits):
            if name == segment.id and segment.raw(field):
                segment.fields[field] = change(segment, segment.raw(field))
        if segment.id == "OBR":
            order_status = segment.raw(25)
        elif habits.status_from_order and segment.id == "OBX" and not segment.raw(11):
            _put(segment, 11, order_status if order_status in RESULT_STATUS else "")


@lru_cache(maxsize=1024)
def _changes(habits: Habits) -> tuple[tuple[FieldPlace, Change], ...]:
    """What to do to which field, in order."""
    changes: list[tuple[FieldPlace, Change]] = []
    changes += [(place, partial(_only, number)) for place, number in habits.components]
    changes += [(place, _narrowed) for place in habits.narrow]
    if habits.name_marks:
        changes += [(place, partial(_unmarked, habits.name_marks)) for place in _NAMED_FIELDS]
    if habits.identifier_types:
        types = habits.identifier_types
        changes += [(place, partial(_typed, types)) for place in _IDENTIFIER_FIELDS]
    return tuple(changes)


def _move(segment: Segment, habits: Habits) -> None:
    """All sources are taken before any target is filled, so that two fields can change places."""
    moves = [(s[1], t[1]) for s, t in habits.moves if s[0] == segment.id and segment.raw(s[1])]
    contents = [segment.raw(source) for source, _ in moves]
    for source, _ in moves:
        _put(segment, source, "")
    for (_, target), content in zip(moves, contents, strict=True):
        _put(segment, target, content)


def _put(segment: Segment, field: int, content: str) -> None:
    segment.fields.extend([""] * (field + 1 - len(segment.fields)))
    segment.fields[field] = content


def _only(number: int, segment: Segment, raw: str) -> str:
    """One component of each repetition; where it is empty, the repetition as it is."""
    mark, component = segment.delimiters.repetition, segment.delimiters.component
    chosen = []
    for repetition in raw.split(mark):
        parts = repetition.split(component)
        chosen.append((parts[number - 1] if number <= len(parts) else "") or repetition)
    return mark.join(chosen)


def _narrowed(segment: Segment, raw: str) -> str:
    """Full-width signs as ASCII; one that would become a delimiter is escaped."""
    delimiters = segment.delimiters
    codes = {delimiters.field: "F", delimiters.component: "S", delimiters.repetition: "R"}
    codes |= {delimiters.subcomponent: "T", delimiters.escape: "E"}
    table = {
        wide: f"{delimiters.escape}{codes[chr(narrow)]}{delimiters.escape}"
        if chr(narrow) in codes
        else chr(narrow)
        for wide, narrow in _NARROW.items()
    }
    return raw.translate(table)


def _unmarked(marks: str, segment: Segment, raw: str) -> str:
    """A coded element whose name begins with none of the marks."""
    parts = raw.split(segment.delimiters.component)
    parts[1:2] = [name.lstrip(marks) for name in parts[1:2]]
    return segment.delimiters.component.join(parts)


def _typed(types: tuple[str, ...], segment: Segment, raw: str) -> str:
    """Each repetition that states no type with the type of its place; empty ones keep theirs."""
    mark, component = segment.delimiters.repetition, segment.delimiters.component
    typed = []
    for place, repetition in enumerate(raw.split(mark)):
        parts = repetition.split(component)
        if repetition and place < len(types) and not "".join(parts[_TYPE_COMPONENT - 1 :][:1]):
            parts += [""] * (_TYPE_COMPONENT - len(parts))
            parts[_TYPE_COMPONENT - 1] = types[place]
        typed.append(component.join(parts))
    return mark.join(typed)
