"""The dictionaries behind an edition's lookups, computed once when it is loaded."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from item_catalog.codes import ImagingItemCode, LabItemCode
from item_catalog.items import (
    CatalogItem,
    Component,
    ImagingItem,
    LabElement,
    LabItem,
    Laterality,
    Modality,
    Relation,
)

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
_OTHER_SIDE = {Laterality.LEFT: ("左", "右"), Laterality.RIGHT: ("右", "左")}


@dataclass(frozen=True, slots=True)
class EditionIndex:
    """One dictionary per question an edition answers."""

    by_code: Mapping[str, CatalogItem]
    lab_by_code: Mapping[str, LabItem]
    imaging_by_code: Mapping[str, ImagingItem]
    by_name: Mapping[tuple[Modality | None, str], CatalogItem]
    elements_of: Mapping[str, tuple[LabElement, ...]]
    elements_from: Mapping[tuple[str, str | None], tuple[LabElement, ...]]
    element_names: Mapping[tuple[str, LabElement], str]
    panels_with: Mapping[LabElement, tuple[LabItemCode, ...]]
    opposite_side: Mapping[str, ImagingItemCode]
    containers: Mapping[str, tuple[Relation, ...]]


def build_index(
    lab_items: tuple[LabItem, ...],
    imaging_items: tuple[ImagingItem, ...],
    relations: tuple[Relation, ...],
) -> EditionIndex:
    """Index the items of one edition."""
    lab_by_code: dict[str, LabItem] = {item.code: item for item in lab_items}
    imaging_by_code: dict[str, ImagingItem] = {item.code: item for item in imaging_items}
    names = {item.code: _element_names(item) for item in lab_items}
    return EditionIndex(
        by_code={**lab_by_code, **imaging_by_code},
        lab_by_code=lab_by_code,
        imaging_by_code=imaging_by_code,
        by_name=_by_name(lab_items, imaging_items),
        elements_of={code: tuple(elements) for code, elements in names.items()},
        elements_from=dict(chain.from_iterable(_provisions(item) for item in lab_items)),
        element_names={
            (code, element): name
            for code, elements in names.items()
            for element, name in elements.items()
        },
        panels_with=_panels_with(lab_items, names),
        opposite_side=_opposite_sides(imaging_items),
        containers=_grouped((relation.contained, relation) for relation in relations),
    )


def _by_name(
    lab_items: Iterable[LabItem], imaging_items: Iterable[ImagingItem]
) -> dict[tuple[Modality | None, str], CatalogItem]:
    named: dict[tuple[Modality | None, str], CatalogItem] = {}
    named.update(((None, item.name), item) for item in lab_items)
    named.update(((item.modality, item.name), item) for item in imaging_items)
    return named


def _element_names(item: LabItem) -> dict[LabElement, str]:
    if item.panel is None:
        return {LabElement(item.code): item.name}
    return {
        element: name
        for component in item.panel.components
        for element, name in zip(_elements(item.code, component), component.parts, strict=True)
    }


def _elements(panel: LabItemCode, component: Component) -> tuple[LabElement, ...]:
    if component.item is not None:
        return (LabElement(component.item),)
    return tuple(LabElement(panel, part) for part in component.parts)


def _provisions(
    item: LabItem,
) -> Iterable[tuple[tuple[str, str | None], tuple[LabElement, ...]]]:
    if item.panel is None:
        yield (item.code, None), (LabElement(item.code),)
        return
    for component in item.panel.components:
        elements = _elements(item.code, component)
        for part, element in zip(component.parts, elements, strict=True):
            yield (item.code, part), (element,)
        yield (item.code, component.name), elements


def _panels_with(
    lab_items: Iterable[LabItem], names: Mapping[LabItemCode, Mapping[LabElement, str]]
) -> dict[LabElement, tuple[LabItemCode, ...]]:
    return _grouped(
        (element, item.code)
        for item in lab_items
        if item.panel is not None
        for element in names[item.code]
    )


def _opposite_sides(items: Iterable[ImagingItem]) -> dict[str, ImagingItemCode]:
    """Pair items whose name and definition differ only in 左 and 右, per modality."""
    codes = {(item.modality, item.name, item.definition): item.code for item in items}
    pairs = {}
    for item in items:
        if item.laterality in _OTHER_SIDE:
            here, there = _OTHER_SIDE[item.laterality]
            mirrored = (item.name.replace(here, there), item.definition.replace(here, there))
            other = codes.get((item.modality, *mirrored))
            if other is not None:
                pairs[str(item.code)] = other
    return pairs


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    groups: defaultdict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
