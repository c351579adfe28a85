"""互认项目: what the two annexes say about one item, and what follows for its content.

Every reading is kept twice where the printed one was repaired: `name` is the corrected reading
(shown), `name_printed` the reading of the source text (traced).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from item_catalog.codes import ImagingItemCode, ItemCode, LabItemCode


class Modality(StrEnum):
    """模态 as printed in 附件2."""

    DR = "DR"
    CT = "CT"
    MR = "MR"


class Laterality(StrEnum):
    """侧别 as stated by the name or definition of an item."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"


class Contrast(StrEnum):
    """增强: whether the examination is made with a contrast agent; DR items state nothing."""

    WITH = "with"
    NONE = "none"


class Phase(StrEnum):
    """Scan phase an item asks for: 平扫, 增强."""

    PLAIN = "plain"
    ENHANCED = "enhanced"


class PanelContent(StrEnum):
    """How 附件1 introduces the components of a panel: 至少含 or 含."""

    AT_LEAST = "at_least"
    EXACTLY = "exactly"


class RelationKind(StrEnum):
    """How one item's content may include another's, where the document leaves that open."""

    ENHANCED_INCLUDES_PLAIN = "enhanced_includes_plain"
    REGION_INCLUDES_REGION = "region_includes_region"
    REGION_INCLUDES_ORGAN = "region_includes_organ"
    VIEWS_INCLUDE_VIEW = "views_include_view"
    BOTH_SIDES_INCLUDE_SIDE = "both_sides_include_side"
    TECHNIQUE_INCLUDES_TECHNIQUE = "technique_includes_technique"
    ROUTINE_INCLUDES_TEST = "routine_includes_test"


class LabElement(NamedTuple):
    """The smallest thing a laboratory result can be: a single item, or a component of a panel.

    `component` is None for an item of 附件1; it is filled only for components that are no item of
    their own (blood count, urinalysis), so urine-dipstick glucose never equals serum glucose.
    """

    code: LabItemCode
    component: str | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One entry of a panel's list in 附件1, spelled as printed (corrected reading).

    `item` is the single row it equals, None where no such row exists. `parts` are the
    sub-components all needed for it (白细胞及分类: 白细胞计数, 白细胞分类), usually just its name.
    """

    name: str
    item: LabItemCode | None
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PanelRule:
    """包含项目: the content of a panel.

    `min_components` is the number printed (rows 1 and 2), else the length of the list.
    `single_report` marks the panels whose content must come whole from one report.
    """

    content: PanelContent
    components: tuple[Component, ...]
    min_components: int
    single_report: bool


@dataclass(frozen=True, slots=True)
class DetectionSystemRule:
    """须标注检测系统 (附件1 备注): presence of the rule means the system must be stated.

    `discretionary_across_systems`: 不同检测系统酌情互认, the second half of the remark.
    """

    discretionary_across_systems: bool


@dataclass(frozen=True, slots=True)
class LoincCandidates:
    """LOINC codes that come close to an item; help for reviewers, never a mapping.

    `unit` is a UCUM unit commonly reported, empty where none applies.
    """

    codes: tuple[str, ...]
    specimen: str
    unit: str
    confidence: str
    remark: str


@dataclass(frozen=True, slots=True)
class LabItem:
    """A row of 附件1; `note` is its column 套餐组合内包含项目及备注, often empty."""

    code: LabItemCode
    seq: int
    name: str
    name_printed: str
    note: str
    note_printed: str
    panel: PanelRule | None
    detection_system: DetectionSystemRule | None
    loinc: LoincCandidates | None


@dataclass(frozen=True, slots=True)
class DicomHints:
    """What headers of the item's images normally say; used to contradict, never to map.

    `modalities` (0008,0060), `body_parts` (0018,0015) and `laterality` (0020,0060) hold the
    values that do not contradict the item; `laterality` is R, L, B or None (no side expected).
    """

    modalities: tuple[str, ...]
    body_parts: tuple[str, ...]
    laterality: str | None
    contrast_expected: bool
    remark: str


@dataclass(frozen=True, slots=True)
class RequiredView:
    """体位: one view the item's name asks for.

    `view_positions` are the values of (0018,5101) that show it, empty where DICOM has no term.
    """

    name: str
    view_positions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MinimumContent:
    """Least content of an item's study: its views, its phases, its number of images (三（二）)."""

    views: tuple[RequiredView, ...]
    phases: tuple[Phase, ...]
    images: int

    def missing_views(self, view_positions: Sequence[str]) -> tuple[RequiredView, ...]:
        """Views that the stated view positions (one per image) do not show.

        An image serves one view only, so 过伸过屈位 needs two laterals. Views for which DICOM has
        no term cannot be missed here; `images` counts them.
        """
        left = list(view_positions)
        missing = []
        for view in self.views:
            shown = next((position for position in left if position in view.view_positions), None)
            if shown is not None:
                left.remove(shown)
            elif view.view_positions:
                missing.append(view)
        return tuple(missing)


@dataclass(frozen=True, slots=True)
class ImagingItem:
    """A row of 附件2; `views` is the wording of the name, empty where it states none."""

    code: ImagingItemCode
    seq: int
    modality: Modality
    body_region: str
    name: str
    name_printed: str
    definition: str
    definition_printed: str
    laterality: Laterality | None
    contrast: Contrast | None
    views: str
    hints: DicomHints
    minimum: MinimumContent


CatalogItem: TypeAlias = LabItem | ImagingItem


@dataclass(frozen=True, slots=True)
class Corrigendum:
    """A repaired reading of the source text, or a doubt about one that was left as printed.

    `printed` equals `corrected` for a doubt.
    """

    annex: str
    seq: int
    field: str
    printed: str
    corrected: str
    reason: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Relation:
    """`container` may be read to include `contained`; off until a dated policy switches it on."""

    kind: RelationKind
    container: ItemCode
    contained: ItemCode
    ground: str
