"""A message put right by the habits of its sender."""

import pytest

from adapters.hl7v2 import er7
from adapters.hl7v2.corrections import correct
from adapters.hl7v2.sender_profile import NO_HABITS, Habits
from tests.messages import HEADER, joined

ORDER = "OBR|1||L1|*ALB^*白蛋白" + "|" * 21 + "F"


def corrected(segment: str, habits: Habits, before: str = ORDER) -> str:
    message = er7.read(joined(HEADER, before, segment))
    correct(message, habits)
    return "|".join(message.segments[2].fields)


def test_sender_without_habits_is_left_alone() -> None:
    message = er7.read(joined(HEADER, "OBX|1|NM|*A^*b"))
    correct(message, NO_HABITS)
    assert message.segments[1].raw(3) == "*A^*b"


def test_content_is_moved_to_where_it_belongs() -> None:
    habits = Habits(moves=((("OBX", 11), ("OBX", 8)),))
    assert corrected("OBX|1|NM|A||5|g|1-2||||H", habits) == "OBX|1|NM|A||5|g|1-2|H|||"
    assert corrected("OBX|1|NM|A||5", habits) == "OBX|1|NM|A||5", "nothing there to move"
    assert corrected("NTE|1", habits) == "NTE|1"


def test_two_fields_can_change_places() -> None:
    habits = Habits(moves=((("OBX", 6), ("OBX", 7)), (("OBX", 7), ("OBX", 6))))
    assert corrected("OBX|1|NM|A||5|1-2|g/L", habits) == "OBX|1|NM|A||5|g/L|1-2"


@pytest.mark.parametrize(
    ("unit", "expected"), [("17^g/L", "g/L"), ("g/L", "g/L"), ("1^g~2^h", "g~h"), ("1^", "1^")]
)
def test_component_is_taken_for_the_value(unit: str, expected: str) -> None:
    habits = Habits(components=((("OBX", 6), 2),))
    assert corrected(f"OBX|1|NM|A||5|{unit}", habits) == f"OBX|1|NM|A||5|{expected}"


def wide(text: str) -> str:
    """The text as a Chinese keyboard may write it."""
    return text.translate({sign: sign + 0xFEE0 for sign in range(0x21, 0x7F)})


def test_full_width_signs_become_narrow_and_never_delimiters() -> None:
    habits = Habits(narrow=(("OBX", 5),))
    assert corrected(f"OBX|1|ST|A||{wide('<0.5')}\u3000mg", habits) == "OBX|1|ST|A||<0.5 mg"
    signs = corrected(f"OBX|1|ST|A||{wide('10^9|&~')}{wide(chr(92))}", habits)
    assert signs == "OBX|1|ST|A||10\\S\\9\\F\\\\T\\\\R\\\\E\\"


@pytest.mark.parametrize(
    ("code", "expected"), [("A^*白蛋白^L", "A^白蛋白^L"), ("A^★*b", "A^b"), ("*A", "*A")]
)
def test_marks_before_names_are_dropped(code: str, expected: str) -> None:
    assert corrected(f"OBX|1|NM|{code}", Habits(name_marks="*★")) == f"OBX|1|NM|{expected}"


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("123", "123^^^^MR"),
        ("123~456^^^X", "123^^^^MR~456^^^X^NI"),
        ("~456", "~456^^^^NI"),
        ("123^^^^PPN", "123^^^^PPN"),
        ("1~2~3", "1^^^^MR~2^^^^NI~3"),
    ],
)
def test_identifiers_are_typed_by_their_place(numbers: str, expected: str) -> None:
    habits = Habits(identifier_types=("MR", "NI"))
    assert corrected(f"PID|1||{numbers}", habits) == f"PID|1||{expected}"
    assert corrected(f"MRG|{numbers}", habits) == f"MRG|{expected}"


@pytest.mark.parametrize(
    ("order", "result", "expected"),
    [
        (ORDER, "OBX|1|NM|A||5", "F"),
        (ORDER, "OBX|1|NM|A||5||||||P", "P"),
        (ORDER[:-1] + "A", "OBX|1|NM|A||5", ""),
        (ORDER[:-1], "OBX|1|NM|A||5", ""),
    ],
)
def test_result_without_status_has_that_of_its_order(
    order: str, result: str, expected: str
) -> None:
    fields = corrected(result, Habits(status_from_order=True), order).split("|")
    assert fields[11] == expected
