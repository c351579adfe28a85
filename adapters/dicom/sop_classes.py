"""Which SOP classes and transfer syntaxes are taken, and the presentation contexts that say so."""

from collections.abc import Iterable
from functools import lru_cache

from pydicom import uid as uids
from pynetdicom import AllStoragePresentationContexts
from pynetdicom.presentation import PresentationContext, build_context

#: C-ECHO (PS3.4 annex A).
VERIFICATION_CLASS = "1.2.840.10008.1.1"
#: Every storage SOP class of the standard that the library knows (PS3.4 annex B.5).
STORAGE_CLASSES: frozenset[str] = frozenset(
    str(context.abstract_syntax) for context in AllStoragePresentationContexts
)
#: The classes whose service the library knows.
PLACED_CLASSES = STORAGE_CLASSES | {VERIFICATION_CLASS}
#: Root of the standard's own UIDs, and the branch in which it puts storage classes of composite
#: objects, retired and future ones included (PS3.6 annex A).
_STANDARD_ROOT = "1.2.840.10008."
_STORAGE_BRANCH = "1.2.840.10008.5.1.4.1.1."

#: In the order in which they are accepted where a sender offers several in one context: compressed
#: first, so that an archive sends what it holds, and lossless before lossy.
TRANSFER_SYNTAXES: tuple[str, ...] = (
    uids.JPEG2000Lossless,
    uids.HTJ2KLossless,
    uids.HTJ2KLosslessRPCL,
    uids.JPEGLSLossless,
    uids.JPEGLosslessSV1,
    uids.JPEGLossless,
    uids.RLELossless,
    uids.JPEG2000,
    uids.HTJ2K,
    uids.JPEGLSNearLossless,
    uids.JPEGExtended12Bit,
    uids.JPEGBaseline8Bit,
    uids.MPEG2MPML,
    uids.MPEG2MPHL,
    uids.MPEG4HP41,
    uids.MPEG4HP41BD,
    uids.MPEG4HP422D,
    uids.MPEG4HP423D,
    uids.MPEG4HP42STEREO,
    uids.DeflatedExplicitVRLittleEndian,
    uids.ExplicitVRLittleEndian,
    uids.ImplicitVRLittleEndian,
    uids.ExplicitVRBigEndian,
)
_VERIFICATION_SYNTAXES = (uids.ExplicitVRLittleEndian, uids.ImplicitVRLittleEndian)


def is_storage_class(uid: str, *, accept_private: bool) -> bool:
    """Whether objects of this class are stored; a private or unknown one only with the switch."""
    if uid in STORAGE_CLASSES:
        return True
    is_storage_like = uid.startswith(_STORAGE_BRANCH) or not uid.startswith(_STANDARD_ROOT)
    return accept_private and is_storage_like


def supported_contexts(
    proposed: Iterable[str], *, accept_private: bool
) -> list[PresentationContext]:
    """What is supported of the proposed abstract syntaxes; the others are refused by omission."""
    return [
        _context(uid)
        for uid in dict.fromkeys(proposed)
        if uid == VERIFICATION_CLASS or is_storage_class(uid, accept_private=accept_private)
    ]


@lru_cache(maxsize=1024)
def _context(uid: str) -> PresentationContext:
    """Built once: it takes a millisecond, and some devices open an association for each image."""
    syntaxes = _VERIFICATION_SYNTAXES if uid == VERIFICATION_CLASS else TRANSFER_SYNTAXES
    return build_context(uid, list(syntaxes))
