"""The packaged clinical context, and copies of its folder that may be spoiled."""

from pathlib import Path

import pytest

import item_catalog
from item_catalog.clinical_context.context import ClinicalContext, ClinicalContexts
from item_catalog.defects import Defect
from item_catalog.loader import check_clinical_contexts, load_clinical_contexts
from tests.unit.item_catalog.conftest import EditionsFolder

PACKAGED = Path(item_catalog.__file__).parent / "clinical_context" / "data" / "context_2022"


class ContextFolder(EditionsFolder):
    """A writable folder of editions of the clinical context."""

    def defects(self) -> list[Defect]:
        """What the check says of this folder."""
        return check_clinical_contexts(self.path)

    def load_context(self) -> ClinicalContexts:
        """The contexts of this folder."""
        return load_clinical_contexts(self.path)


@pytest.fixture(scope="session")
def context() -> ClinicalContext:
    return load_clinical_contexts().edition("context_2022")


@pytest.fixture
def context_copy(tmp_path: Path) -> ContextFolder:
    folder = ContextFolder(tmp_path)
    folder.add(PACKAGED)
    return folder
