"""What an enhanced multi-frame object says for all frames, or frame by frame (PS3.3 C.7.6.16)."""

from itertools import chain

from adapters.dicom.header_values import HeaderValues

_SHARED = 0x52009229
_PER_FRAME = 0x52009230
_FRAME_ANATOMY = 0x00209071
_FRAME_LATERALITY = 0x00209072
_FRAME_CONTENT = 0x00209111
_ANATOMIC_REGION = 0x00082218
_PIXEL_MEASURES = 0x00289110
_SLICE_THICKNESS = 0x00180050
FUNCTIONAL_GROUP_TAGS = (_SHARED, _PER_FRAME)


class FunctionalGroups:
    """The functional groups of a header; everything is absent where the object has none."""

    def __init__(self, header: HeaderValues) -> None:
        self._groups = list(chain(header.items(_SHARED), header.items(_PER_FRAME)))

    @property
    def acquired(self) -> HeaderValues | None:
        """The Frame Content of the first frame that has one."""
        contents = self._items(_FRAME_CONTENT)
        return contents[0] if contents else None

    @property
    def anatomic_regions(self) -> list[HeaderValues]:
        """The anatomic region codes of the frames."""
        anatomies = self._items(_FRAME_ANATOMY)
        return [region for anatomy in anatomies for region in anatomy.items(_ANATOMIC_REGION)]

    @property
    def lateralities(self) -> set[str]:
        """The sides that frames state."""
        return {anatomy.code(_FRAME_LATERALITY) for anatomy in self._items(_FRAME_ANATOMY)}

    @property
    def slice_thickness(self) -> float | None:
        """Slice thickness in millimetres of the first frame that states one."""
        thicknesses = (item.decimal(_SLICE_THICKNESS) for item in self._items(_PIXEL_MEASURES))
        return next((value for value in thicknesses if value is not None), None)

    def _items(self, tag: int) -> list[HeaderValues]:
        return [item for group in self._groups for item in group.items(tag)]
