"""三（三） 互认项目可逐年增加：判定用申请当日的清单，旧判定不受新清单影响。"""

from dataclasses import replace

from item_catalog.catalog import Edition
from rules.codec import line_from_json, line_to_json
from rules.line import determine_line, replay
from rules.policy import Policies
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    EDITION,
    POLICY,
    elements,
    holding,
    line,
    request,
)

LATER = Edition(
    info=replace(EDITION.info, id="zhejiang_later"),
    lab_items=tuple(item for item in EDITION.lab_items if item.code != ALBUMIN),
    imaging_items=EDITION.imaging_items,
)


def test_item_outside_the_edition_in_force_violates():
    """申请当日的清单不含该项目的，不符合。"""
    held = holding("r1", elements(ALBUMIN))
    determined = determine_line(ALBUMIN, [held], request(), LATER, POLICY)
    assert determined is not None
    assert determined.edition == "zhejiang_later"
    assert "SCOPE" in {f.code for f in determined.findings if f.verdict == "violated"}


def test_stored_determination_replays_identically():
    """清单更新之后重算旧判定，结论完全相同。"""
    stored = line_to_json(line(ALBUMIN, holding("r1", elements(ALBUMIN))))
    again = replay(line_from_json(stored), Policies((POLICY,)))
    assert line_to_json(again) == stored
