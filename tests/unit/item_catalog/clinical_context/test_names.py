"""Names compare after normalization, and never by part."""

import pytest

from item_catalog.clinical_context.names import name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("经皮冠状动脉球囊扩张成形术（PTCA）", "经皮冠状动脉球囊扩张成形术(ptca)"),
        ("周围神经电刺激器植入术**", "周围神经电刺激器植入术"),
        ("肝、肾 囊肿\u00a0硬化术", "肝、肾囊肿硬化术"),
    ],
)
def test_width_blanks_case_and_marker_do_not_count(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_part_of_a_name_is_another_name() -> None:
    assert name_key("阑尾切除术") != name_key("腹腔镜下阑尾切除术")
