"""Lines go to JSON and back unchanged, and replay to the same findings."""

import json

import pytest

from rules.codec import line_from_json, line_to_json
from rules.facts import Facts
from rules.installed import load_policies
from rules.line import replay
from rules.policy import NoPolicyInForce, Policies
from rules.record_codec import decode, encode
from tests.spec.zhejiang_2021.arrange import (
    BLOOD_COUNT,
    CHEST_TWO_VIEWS,
    LIVER,
    elements,
    holding,
    imaged,
    imaging_facts,
    lab_facts,
    line,
)

LINES = [
    line(LIVER, holding("a", elements(LIVER)[:5]), holding("b", elements(LIVER)[5:7], days=40)),
    line(BLOOD_COUNT, holding("a", elements(BLOOD_COUNT)), rescue=True, triage=1),
    line(CHEST_TWO_VIEWS, imaged("i", CHEST_TWO_VIEWS, declared_count=None)),
]


@pytest.mark.parametrize("original", LINES)
def test_line_survives_json(original):
    stored = json.loads(json.dumps(line_to_json(original), ensure_ascii=False))
    assert line_from_json(stored) == original


@pytest.mark.parametrize("original", LINES)
def test_replay_of_stored_line_is_identical(original):
    stored = json.loads(json.dumps(line_to_json(original)))
    assert replay(line_from_json(stored), load_policies()) == original


def test_shared_findings_are_written_once():
    stored = line_to_json(LINES[0])
    referred = [number for part in stored["parts"] for number in part["findings"]]
    assert len(stored["findings"]) < len(referred)


def test_replay_without_the_policy_is_refused():
    with pytest.raises(NoPolicyInForce):
        replay(LINES[0], Policies(()))


@pytest.mark.parametrize("facts", [lab_facts(), imaging_facts()])
def test_facts_survive_json(facts):
    assert decode(Facts, json.loads(json.dumps(encode(facts)))) == facts


def test_facts_stored_before_a_field_was_added_still_read():
    """The first records know no clinical context, technique, dose or internal quality."""
    added = {"clinical", "technique", "internal_qc", "slice_micrometers", "dose_micrograys"}
    for original in LINES:
        stored = json.loads(json.dumps(line_to_json(original)))
        for record in (stored["request"], *_records(stored)):
            for name in added & record.keys():
                del record[name]
        assert line_from_json(stored) == original


def _records(stored):
    for part in (*stored["parts"], *stored["left_out"]):
        yield part["item"]
        yield from (part[kind] for kind in ("lab", "imaging") if part[kind])
