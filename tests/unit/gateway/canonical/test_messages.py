"""Orders and merges that cannot exist are refused at construction."""

import pytest

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.lab import LocalCode
from gateway.canonical.messages import MergeAct, MergeMessage, OrderAct, OrderMessage
from tests.factories import HOSPITAL_A, a_patient, local_number, resident


def test_order_without_any_number_cannot_exist() -> None:
    with pytest.raises(InvalidRecord, match="order_number"):
        OrderMessage(
            HOSPITAL_A, "", "", OrderAct.SIGNED, LocalCode("ALB"), False, a_patient(), None
        )


@pytest.mark.parametrize("retired", [(), (local_number("L1"),)])
def test_merge_retires_numbers_that_the_patient_lacks(retired: tuple) -> None:  # type: ignore[type-arg]
    patient = a_patient(resident(), local_number("L1"))
    with pytest.raises(InvalidRecord, match="retired"):
        MergeMessage(HOSPITAL_A, MergeAct.MERGE, patient, retired, None)


def test_merge_of_two_records_stands() -> None:
    merge = MergeMessage(HOSPITAL_A, MergeAct.MERGE, a_patient(), (local_number("L2"),), None)
    assert merge.retired[0].value == "L2"


@pytest.mark.parametrize("numbers", [("P1", ""), ("", "F1")])
def test_order_stands_with_either_number(numbers: tuple[str, str]) -> None:
    code = LocalCode("ALB")
    order = OrderMessage(HOSPITAL_A, *numbers, OrderAct.SIGNED, code, False, a_patient(), None)
    assert order.code is code
