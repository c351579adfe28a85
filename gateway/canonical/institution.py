"""Institutions, their alliances, quality assessments, detection systems and prices, all dated."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from gateway.canonical.identifiers import InstitutionCode


class InstitutionTier(StrEnum):
    """Grade of a hospital as 二（二） uses it."""

    GRADE_3_SPECIAL = "三级特等"
    GRADE_3A = "三级甲等"
    GRADE_3B = "三级乙等"
    GRADE_3C = "三级丙等"
    GRADE_3_UNDETERMINED = "三级未定等"
    GRADE_2A = "二级甲等"
    GRADE_2B = "二级乙等"
    GRADE_2C = "二级丙等"
    GRADE_2_UNDETERMINED = "二级未定等"
    GRADE_1A = "一级甲等"
    GRADE_1B = "一级乙等"
    GRADE_1C = "一级丙等"
    GRADE_1 = "一级"
    UNGRADED = "未定级"


class InstitutionKind(StrEnum):
    """What an institution is; an independent laboratory counts as upper by kind (二（二）)."""

    HOSPITAL = "hospital"
    INDEPENDENT_LABORATORY = "independent_laboratory"
    PRIMARY_CARE = "primary_care"


@dataclass(frozen=True, slots=True)
class Validity:
    """A span of days, both inclusive; `valid_to` None means open."""

    valid_from: date
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies inside the span."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Institution:
    """A registered institution as it stands during `validity`."""

    code: InstitutionCode
    name: str
    tier: InstitutionTier
    kind: InstitutionKind
    city: str
    county: str
    hl7_facilities: tuple[str, ...]
    ae_titles: tuple[str, ...]
    time_zone: str
    charset: str
    validity: Validity


@dataclass(frozen=True, slots=True)
class AllianceMembership:
    """Membership of an institution in a 城市医联体 or 县域医共体 (二（三）)."""

    alliance_code: str
    name: str
    kind: str
    institution: InstitutionCode
    validity: Validity


@dataclass(frozen=True, slots=True)
class QualityAssessment:
    """One external quality assessment (EQA) result of a laboratory for an item (二（一）).

    scheme: `national` or `provincial`; result: `pass`, `fail` or `suspended`.
    """

    institution: InstitutionCode
    item_code: str
    scheme: str
    result: str
    validity: Validity


@dataclass(frozen=True, slots=True)
class OwnDetectionSystem:
    """The detection system an institution itself uses for an item (附件1 备注)."""

    institution: InstitutionCode
    item_code: str
    detection_system: str
    validity: Validity


@dataclass(frozen=True, slots=True)
class Price:
    """What an institution charges for an item, CNY."""

    institution: InstitutionCode
    item_code: str
    price_cny: Decimal
    validity: Validity
