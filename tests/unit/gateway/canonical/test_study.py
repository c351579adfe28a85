"""Instances of one study, summed up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.lab import LocalCode
from gateway.canonical.study import summarize
from gateway.canonical.times import Precision
from tests.factories import NOON, an_instance, event_time


def test_study_says_what_its_instances_say():
    first = an_instance(1, body_part="head ", laterality="L", view_position="ap")
    second = an_instance(2, laterality="R", declared_study_count=3)
    summary = summarize([second, first], closed=True, study_id="s1")
    assert (summary.study_id, summary.study_uid, summary.accession_number) == ("s1", "1.2.3", "A1")
    assert summary.modalities == ("CT",)
    assert summary.body_parts == ("HEAD",)
    assert summary.lateralities == ("L", "R")
    assert summary.views == ("", "AP")
    assert (summary.received_count, summary.declared_count, summary.closed) == (2, 3, True)
    assert summary.images_available
    assert summary.procedures == (LocalCode("CT-HEAD", "头颅CT平扫", "L"),)


def test_thinnest_slices_and_highest_dose_speak_for_a_study():
    scans = [
        an_instance(1, slice_thickness=5.0, dose=8.0),
        an_instance(2, slice_thickness=1.25, dose=2.0),
        an_instance(3, image_type=("ORIGINAL", "PRIMARY", "LOCALIZER"), slice_thickness=0.5),
    ]
    summary = summarize(scans, False)
    assert (summary.slice_thickness, summary.dose) == (1.25, 8.0)
    unstated = summarize([an_instance(1)], False)
    assert (unstated.slice_thickness, unstated.dose) == (None, None)


def test_order_of_instances_is_irrelevant():
    instances = [an_instance(n) for n in range(1, 5)]
    assert summarize(instances, False) == summarize(instances[::-1], False)


def test_instance_sent_twice_counts_once():
    assert summarize([an_instance(1), an_instance(1)], False).received_count == 1


def test_series_with_an_agent_is_a_contrast_series():
    plain = an_instance(1, series_instance_uid="p")
    mixed = [an_instance(n, series_instance_uid="c", contrast=n == 3) for n in (2, 3)]
    summary = summarize([plain, *mixed], False)
    assert (summary.plain_series, summary.contrast_series) == (1, 1)


def test_localizer_is_neither_plain_nor_contrast():
    scout = an_instance(1, image_type=("ORIGINAL", "PRIMARY", "LOCALIZER"))
    summary = summarize([scout], False)
    assert (summary.plain_series, summary.contrast_series) == (0, 0)
    assert summary.views == ("",)


def test_document_counts_as_received_but_is_no_image():
    document = an_instance(2, modality="SR", series_instance_uid="sr")
    summary = summarize([an_instance(1), document], False)
    assert summary.received_count == 2
    assert summary.modalities == ("CT",)
    assert (summary.plain_series, len(summary.views)) == (1, 1)


def test_earliest_known_day_is_the_acquisition():
    early, late = event_time(NOON - timedelta(hours=2)), event_time()
    vague = replace(event_time(datetime(2026, 1, 1, tzinfo=UTC)), precision=Precision.YEAR)
    times = [late, early, vague, None]
    instances = [an_instance(n, acquired_at=time) for n, time in enumerate(times)]
    assert summarize(instances, False).acquired_at == early


def test_unstated_facts_stay_unstated():
    bare = an_instance(1, acquired_at=None, accession_number="", procedures=(), modality="")
    summary = summarize([bare], False, images_available=False)
    assert (summary.acquired_at, summary.declared_count, summary.accession_number) == (
        None,
        None,
        "",
    )
    assert (summary.modalities, summary.procedures, summary.images_available) == ((), (), False)


def test_study_without_instance_cannot_exist():
    with pytest.raises(InvalidRecord):
        summarize([], False)
