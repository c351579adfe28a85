"""What would have to be other for images to be complete and to fit their item (三（二）)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from rules.facts import Facts, ImagingFacts, ItemFacts
from rules.policy import ChangedFacts

_Mend = Callable[[ItemFacts, ImagingFacts], ImagingFacts]


def complete_images(facts: Facts, ground: str) -> tuple[ChangedFacts, ...]:
    """The images as they would have to be, for a ground of `imaging_quality`."""
    mend, words = _MENDS[ground]
    images = facts.imaging or ImagingFacts(report_present=False, received_count=0)
    return (ChangedFacts(replace(facts, imaging=mend(facts.item, images)), words),)


def _modality(item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(images, modalities=item.modalities[:1])


def _side(item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(images, lateralities=(item.laterality,))


def _region(item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(images, body_parts=item.body_parts[:1])


def _phases(item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    """Series of every phase the item asks for; contrast where the item is about contrast."""
    contrast = "enhanced" in item.phases or item.contrast is True
    return replace(
        images,
        plain_series=int("plain" in item.phases or not contrast),
        contrast_series=int(contrast),
    )


def _received(item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(
        _views(item, images), received_count=max(images.declared_count or 0, item.images)
    )


def _declared(_item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(images, received_count=images.declared_count or images.received_count)


def _views(item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    """One image per view asked for, besides what is there."""
    asked = tuple(view[0] for view in item.views if view)
    count = max(images.received_count, item.images, len(asked))
    return replace(images, views=(*asked, *images.views), received_count=count)


def _reported(_item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(images, report_present=True)


def _reachable(_item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(images, available=True)


def _closed(_item: ItemFacts, images: ImagingFacts) -> ImagingFacts:
    return replace(images, closed=True)


_MENDS: Final[Mapping[str, tuple[_Mend, str]]] = {
    "other_modality": (_modality, "图像的设备类型与项目相符"),
    "other_side": (_side, "图像标注的侧别与项目相符"),
    "other_region": (_region, "图像标注的部位与项目相符"),
    "other_contrast": (_phases, "图像的增强情况与项目相符"),
    "no_images": (_received, "影像资料已上传"),
    "no_report": (_reported, "检查报告已上传"),
    "unreachable": (_reachable, "影像资料可以调阅"),
    "fewer_than_declared": (_declared, "申报的图像全部到齐"),
    "still_arriving": (_closed, "图像上传结束"),
    "phase_missing": (_phases, "图像含项目要求的期相"),
    "view_missing": (_views, "图像含项目要求的体位"),
    "views_not_stated": (_views, "图像注明体位"),
}
