"""From a catalogue edition to the facts about one item."""

from typing import Final

from item_catalog.catalog import Edition
from item_catalog.items import Contrast, ImagingItem, LabItem, Modality
from rules.facts import ItemFacts

#: Character 6 of the code of a CT item: thin slices with 3D or high resolution; low dose.
_TECHNIQUES: Final = {"U": "thin", "B": "thin", "D": "low_dose"}
_CONTRAST: Final = {Contrast.WITH: True, Contrast.NONE: False}


def item_facts(edition: Edition, code: str, panel: str | None = None) -> ItemFacts:
    """What the edition says about an item; `listed` is False for a code it does not hold.

    Args:
        edition: the edition in force on the day of the request.
        code: the ordered item, or the item that a component of the ordered panel is.
        panel: the ordered panel in the latter case.
    """
    item = edition.find(code)
    if isinstance(item, LabItem):
        return _lab(edition, item, panel)
    if isinstance(item, ImagingItem):
        return _imaging(edition, item)
    kind = "imaging" if code.startswith("B") else "lab"
    return ItemFacts(code, code, listed=False, kind=kind, edition=edition.id, panel=panel)


def _lab(edition: Edition, item: LabItem, panel: str | None) -> ItemFacts:
    whole = item.panel is not None and item.panel.single_report
    components = edition.elements_of(item.code) if whole else ()
    return ItemFacts(
        code=item.code,
        name=item.name,
        listed=True,
        kind="lab",
        edition=edition.id,
        panel=panel,
        components=tuple(edition.component_name(item.code, part) for part in components),
        detection_system_rule=_system_rule(item),
    )


def _system_rule(item: LabItem) -> str | None:
    if item.detection_system is None:
        return None
    return "same" if item.detection_system.discretionary_across_systems else "stated"


def _imaging(edition: Edition, item: ImagingItem) -> ItemFacts:
    hints = item.hints
    return ItemFacts(
        code=item.code,
        name=item.name,
        listed=True,
        kind="imaging",
        edition=edition.id,
        modalities=hints.modalities,
        body_parts=hints.body_parts,
        laterality=hints.laterality or "",
        views=tuple(view.view_positions for view in item.minimum.views),
        contrast=_CONTRAST[item.contrast] if item.contrast else None,
        phases=tuple(str(phase) for phase in item.minimum.phases),
        images=item.minimum.images,
        technique=_technique(item),
    )


def _technique(item: ImagingItem) -> str:
    return _TECHNIQUES.get(item.code[5], "") if item.modality is Modality.CT else ""


def is_assembled(edition: Edition, code: str) -> bool:
    """Whether the item is a panel that several reports may cover, component by component."""
    item = edition.find_lab(code)
    return item is not None and item.panel is not None and not item.panel.single_report
