"""Which classes and syntaxes are accepted, and in which order."""

import pytest
from pydicom import uid as uids

from adapters.dicom.sop_classes import (
    STORAGE_CLASSES,
    TRANSFER_SYNTAXES,
    VERIFICATION_CLASS,
    is_storage_class,
    supported_contexts,
)

PRIVATE = "1.2.246.352.70.1.70"
RETIRED = "1.2.840.10008.5.1.4.1.1.12.3"  # X-Ray Angiographic Bi-Plane Image Storage (Retired)
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"


@pytest.mark.parametrize(
    "uid",
    [
        uids.ComputedRadiographyImageStorage,
        uids.DigitalXRayImageStorageForPresentation,
        uids.DigitalXRayImageStorageForProcessing,
        uids.CTImageStorage,
        uids.EnhancedCTImageStorage,
        uids.LegacyConvertedEnhancedCTImageStorage,
        uids.MRImageStorage,
        uids.EnhancedMRImageStorage,
        uids.EnhancedMRColorImageStorage,
        uids.DigitalMammographyXRayImageStorageForPresentation,
        uids.XRayAngiographicImageStorage,
        uids.XRayRadiofluoroscopicImageStorage,
        uids.UltrasoundImageStorage,
        uids.NuclearMedicineImageStorage,
        uids.PositronEmissionTomographyImageStorage,
        uids.SecondaryCaptureImageStorage,
        uids.MultiFrameTrueColorSecondaryCaptureImageStorage,
        uids.BasicTextSRStorage,
        uids.KeyObjectSelectionDocumentStorage,
        uids.GrayscaleSoftcopyPresentationStateStorage,
        uids.EncapsulatedPDFStorage,
        uids.EncapsulatedCDAStorage,
        uids.SegmentationStorage,
        uids.RTPlanStorage,
        uids.TwelveLeadECGWaveformStorage,
    ],
)
def test_every_storage_class_of_the_profile_is_taken(uid: str) -> None:
    assert uid in STORAGE_CLASSES
    assert is_storage_class(uid, accept_private=False)


@pytest.mark.parametrize("uid", [PRIVATE, RETIRED])
def test_private_and_retired_classes_depend_on_the_switch(uid: str) -> None:
    assert is_storage_class(uid, accept_private=True)
    assert not is_storage_class(uid, accept_private=False)


def test_other_services_are_no_storage() -> None:
    assert not is_storage_class(STUDY_ROOT_FIND, accept_private=True)


def test_contexts_are_those_proposed_and_no_others() -> None:
    proposed = [uids.CTImageStorage, STUDY_ROOT_FIND, VERIFICATION_CLASS, uids.CTImageStorage]
    contexts = supported_contexts(proposed, accept_private=True)
    assert [context.abstract_syntax for context in contexts] == [
        uids.CTImageStorage,
        VERIFICATION_CLASS,
    ]


def test_compressed_comes_before_uncompressed_and_lossless_before_lossy() -> None:
    order = list(TRANSFER_SYNTAXES)
    assert order.index(uids.JPEGBaseline8Bit) < order.index(uids.ExplicitVRLittleEndian)
    assert order.index(uids.JPEG2000Lossless) < order.index(uids.JPEGBaseline8Bit)
    assert len(set(order)) == len(order)
