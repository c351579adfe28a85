"""Editions of the clinical context over time."""

from dataclasses import replace
from datetime import date

import pytest

from item_catalog.catalog import NoEditionInForce
from item_catalog.clinical_context.context import ClinicalContext, ClinicalContexts


@pytest.fixture
def two_contexts(context: ClinicalContext) -> ClinicalContexts:
    later = replace(context.info, id="context_2027", valid_from=date(2027, 1, 1))
    return ClinicalContexts([replace(context, info=later), context])


def test_edition_is_in_force_until_the_next(two_contexts: ClinicalContexts) -> None:
    assert two_contexts.edition_on(date(2021, 10, 14)).id == "context_2022"
    assert two_contexts.edition_on(date(2026, 12, 31)).id == "context_2022"
    assert two_contexts.edition_on(date(2027, 1, 1)).id == "context_2027"


def test_no_edition_is_in_force_before_the_first(two_contexts: ClinicalContexts) -> None:
    with pytest.raises(NoEditionInForce, match="2021-10-13"):
        two_contexts.edition_on(date(2021, 10, 13))


def test_edition_is_found_by_its_id(two_contexts: ClinicalContexts) -> None:
    assert two_contexts.edition("context_2027").info.valid_from == date(2027, 1, 1)
    with pytest.raises(NoEditionInForce, match="context_1999"):
        two_contexts.edition("context_1999")


def test_unknown_document_is_refused(context: ClinicalContext) -> None:
    with pytest.raises(KeyError):
        context.document("000")
