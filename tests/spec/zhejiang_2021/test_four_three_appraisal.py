"""四（三）9 司法、伤残及病退等鉴定所需的。"""

import pytest

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import lab_facts, outcome, request, verdict


@pytest.mark.parametrize("purpose", ["forensic", "disability", "retirement"])
def test_appraisal_exempts(purpose):
    """就诊目的为司法、伤残或病退鉴定的，不受互认限制。"""
    facts = lab_facts(request=request(purpose=purpose))
    assert verdict(facts, "E09") == ("established", "appraisal")
    assert outcome(facts) is Outcome.EXEMPT


@pytest.mark.parametrize("purpose", [None, "treatment"])
def test_treatment_does_not_exempt(purpose):
    """为诊疗而来或未注明目的的，不适用。"""
    facts = lab_facts(request=request(purpose=purpose))
    assert verdict(facts, "E09") == ("not_applicable", "not_invoked")
