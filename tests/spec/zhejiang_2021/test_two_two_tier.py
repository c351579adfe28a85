"""二（二） 二级甲等及以上与独立第三方之间互认，二级乙等及以下之间互认，并对上认可。"""

import pytest

from rules.facts import Party
from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    HIGH,
    LABORATORY,
    LOW,
    UNKNOWN,
    found,
    imaging_facts,
    lab,
    lab_facts,
    outcome,
    report,
    request,
    verdict,
)

UPPER = ["三级特等", "三级甲等", "三级乙等", "三级丙等", "三级未定等", "二级甲等"]
LOWER = ["二级乙等", "二级丙等", "二级未定等", "一级甲等", "一级乙等", "一级丙等", "一级", "未定级"]


def _between(source: Party, receiver: Party, **changes):
    return lab_facts(request=request(receiver=receiver), report=report(source=source), **changes)


@pytest.mark.parametrize("tier", UPPER)
@pytest.mark.parametrize("receiver", [HIGH, LOW, LABORATORY, UNKNOWN])
def test_upper_source_is_recognized_by_everybody(tier, receiver):
    """二级甲等及以上机构的结果，各级机构都互认。"""
    facts = _between(Party("S", tier, "hospital"), receiver)
    assert verdict(facts, "TIER") == ("satisfied", "source_upper")


def test_independent_laboratory_counts_as_upper():
    """独立第三方医学检测机构不论等级，视同二级甲等及以上。"""
    assert verdict(_between(LABORATORY, HIGH), "TIER") == ("satisfied", "source_upper")


@pytest.mark.parametrize("tier", LOWER)
def test_lower_source_is_not_recognized_above(tier):
    """二级乙等及以下机构的结果，二级甲等及以上机构没有互认义务；未定等、未定级从严。"""
    facts = _between(Party("S", tier, "hospital"), HIGH)
    assert verdict(facts, "TIER") == ("violated", "source_lower")
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


@pytest.mark.parametrize("tier", LOWER)
def test_lower_institutions_recognize_each_other(tier):
    """二级乙等及以下机构之间互认。"""
    facts = _between(Party("S", tier, "primary_care"), LOW)
    assert verdict(facts, "TIER") == ("satisfied", "both_lower")


def test_unregistered_source_is_unknown():
    """报告机构等级不明的，条件不明。"""
    assert verdict(_between(UNKNOWN, LOW), "TIER") == ("unknown", "source_unknown")


def test_unregistered_receiver_of_lower_source_is_unknown():
    """报告机构在线下而本机构等级不明的，条件不明。"""
    assert verdict(_between(LOW, UNKNOWN), "TIER") == ("unknown", "receiver_unknown")


def test_outsourced_laboratory_item_counts_as_upper():
    """二级乙等及以下机构委托符合要求的独立第三方检测的检验项目，纳入互认范畴。"""
    facts = _between(LOW, HIGH, lab=lab(performer=LABORATORY))
    assert verdict(facts, "TIER") == ("satisfied", "outsourced")


def test_outsourcing_to_unassessed_laboratory_violates():
    """委托的独立第三方没有该项目合格的室间质评的，不纳入。"""
    facts = _between(LOW, HIGH, lab=lab(performer=LABORATORY, assessments=()))
    assert verdict(facts, "TIER") == ("violated", "outsourced_unqualified")


def test_outsourcing_to_laboratory_without_rows_is_unknown():
    """委托的独立第三方没有任何室间质评记录的，条件不明。"""
    facts = _between(LOW, HIGH, lab=lab(performer=LABORATORY, assessments=(), assessed=False))
    assert verdict(facts, "TIER") == ("unknown", "outsourced_unknown")


def test_outsourcing_to_a_hospital_does_not_count():
    """委托其他医院检测的，不适用括号内的规定。"""
    facts = _between(LOW, HIGH, lab=lab(performer=HIGH))
    assert verdict(facts, "TIER") == ("violated", "source_lower")


def test_own_tests_of_lower_hospital_do_not_count_as_outsourced():
    """自己检测的不是委托检测。"""
    assert verdict(_between(LOW, HIGH, lab=lab(performer=LOW)), "TIER")[0] == "violated"


def test_imaging_of_lower_source_is_never_outsourced():
    """括号内的规定只及于医学检验项目，不及于影像检查。"""
    low = imaging_facts().report
    facts = imaging_facts(report=report(low.code, source=LOW, anchors=low.anchors))
    assert verdict(facts, "TIER") == ("violated", "source_lower")


def test_finding_tells_values_and_dates_used():
    """结论列出所用的等级线及其起始日期和出处。"""
    used = {p.name: p for p in found(lab_facts(), "TIER").parameters}
    assert used["upper_tiers"].valid_from == "2021-10-14"
    assert used["undetermined_tiers_count_as"].value == "lower"
