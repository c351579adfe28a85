"""The use cases around images, composed in one place."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.security.field_encryption import FieldCipher
from gateway.security.view_tokens import ViewTokenIssuer
from gateway.services.image_search import ImageSearch
from gateway.services.metadata_index import Extract, MetadataIndex, ReadMetadata
from gateway.services.study_access import StudyAccess
from gateway.services.viewing import ViewingService
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database


@dataclass(frozen=True, slots=True)
class Images:
    """Searching, who may see what, the tokens of viewers, and the index behind them."""

    search: ImageSearch
    access: StudyAccess
    view_tokens: ViewTokenIssuer
    index: MetadataIndex


@dataclass(frozen=True, slots=True)
class MetadataPorts:
    """read: a stored file as DICOM JSON; extract: what it says about patient and study."""

    read: ReadMetadata
    extract: Extract


def images(
    database: Database,
    cipher: FieldCipher,
    viewing: ViewingService,
    view_tokens: ViewTokenIssuer,
    ports: MetadataPorts,
    offer_validity: timedelta,
) -> Images:
    """The use cases over one store."""
    sealer = Sealer(cipher)
    access = StudyAccess(database, cipher, viewing, offer_validity)
    index = MetadataIndex(database, sealer, ports.read, ports.extract)
    return Images(ImageSearch(database, sealer, access, index), access, view_tokens, index)
