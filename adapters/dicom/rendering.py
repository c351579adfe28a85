"""One frame of a stored instance as a picture for the screen; the file stays as it was sent."""

from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi
from pydicom.pixels.utils import pixel_array

from adapters.dicom.pydicom_habits import silence_pydicom
from adapters.errors import AdapterError

_SHARED_GROUPS = 0x52009229
_PER_FRAME_GROUPS = 0x52009230
_VOI_LUT_SEQUENCE = 0x00283010
_FULL = 255
_COLOR_DIMENSIONS = 3
#: What the decoders raise for missing, broken or unsupported pixel data.
_UNDECODABLE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


class UndecodableImage(AdapterError):
    """The instance holds no picture, not that frame, or pixel data that cannot be decoded."""


def render_slice(
    path: Path,
    frame: int = 0,
    window: tuple[float, float] | None = None,
    max_size: int = 1024,
    image_format: Literal["PNG", "JPEG"] = "PNG",
) -> bytes:
    """The picture of a frame (counted from 0), at most `max_size` pixels high and wide.

    window is (center, width) in units of the modality (HU for CT); without it the header's VOI
    applies, else the range of the frame (PS3.3 C.11.1, C.11.2). Raises UndecodableImage; OSError
    when the file cannot be read.
    """
    silence_pydicom()
    picture = Image.fromarray(_eight_bits(path, frame, window))
    picture.thumbnail((max_size, max_size))
    out = BytesIO()
    picture.save(out, image_format)
    return out.getvalue()


def _eight_bits(path: Path, frame: int, window: tuple[float, float] | None) -> NDArray[np.uint8]:
    header = Dataset()
    try:
        values = pixel_array(
            path, ds_out=header, index=frame, specific_tags=[_SHARED_GROUPS, _PER_FRAME_GROUPS]
        )
        _lift_functional_groups(header, frame)
        if header.PhotometricInterpretation == "PALETTE COLOR":
            return _full_range(apply_color_lut(values, header))
        if values.ndim == _COLOR_DIMENSIONS:
            return _scaled(values, 0, 2.0**header.BitsStored - 1)
        gray = _gray(apply_modality_lut(values, header), header, window)
    except _UNDECODABLE as error:
        raise UndecodableImage(
            "pixel_data_undecodable", "(7FE0,0010)", "open the study in a full viewer"
        ) from error
    return _FULL - gray if header.PhotometricInterpretation == "MONOCHROME1" else gray


def _gray(
    values: NDArray[Any], header: Dataset, window: tuple[float, float] | None
) -> NDArray[np.uint8]:
    chosen = window or _header_window(header)
    if window is None and _VOI_LUT_SEQUENCE in header:
        return _full_range(apply_voi(values, header))
    if chosen is not None:
        center, width = chosen
        return _scaled(values, center - width / 2, center + width / 2)
    return _scaled(values, float(values.min()), float(values.max()))


def _header_window(header: Dataset) -> tuple[float, float] | None:
    center, width = (_first(header.get(name)) for name in ("WindowCenter", "WindowWidth"))
    return None if center is None or width is None else (float(center), float(width))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, MultiValue) else value


def _full_range(values: NDArray[Any]) -> NDArray[np.uint8]:
    """The output of a lookup table, which uses all bits of its type."""
    return _scaled(values, 0, float(np.iinfo(values.dtype).max))


def _scaled(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    span = max(high - low, 1e-6)
    unit = (values.astype(np.float32) - low) / span
    return (unit.clip(0, 1) * _FULL).round().astype(np.uint8)


def _lift_functional_groups(header: Dataset, frame: int) -> None:
    """Set the rescale and window of an enhanced object's frame where a classic one has them."""
    shared = header.get("SharedFunctionalGroupsSequence", ())[:1]
    per_frame = header.get("PerFrameFunctionalGroupsSequence", ())[frame : frame + 1]
    for group in (*shared, *per_frame):
        for name in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            for item in group.get(name, ()):
                header.update(item)
