"""Identifiers ascend; logs carry listed keys only."""

import io
import json

from gateway.ids import new_id
from gateway.log import configure_logging, get_logger


def test_identifiers_ascend_and_never_repeat() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert [each[:12] for each in made] == sorted(each[:12] for each in made)
    assert {each[12] for each in made} == {"7"}


def test_key_that_is_not_listed_never_reaches_the_log() -> None:
    stream = io.StringIO()
    configure_logging("INFO", stream)
    get_logger("test").info("stored", institution="330100A", patient_name="王小明")
    line = json.loads(stream.getvalue())
    assert line["institution"] == "330100A"
    assert "王小明" not in stream.getvalue()
    assert line["reason"] == "dropped_keys"


def test_trouble_with_the_log_is_nobody_elses() -> None:
    stream = io.StringIO()
    configure_logging("INFO", stream)
    stream.close()
    get_logger("test").error("batch failed", batch=1)
