"""Pictures for the screen: windowed, inverted, in color, and from compressed pixel data."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from subprocess import run
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import HTJ2KLossless, JPEG2000Lossless, RLELossless

from adapters.dicom.rendering import UndecodableImage, render_slice
from tests.unit.adapters.dicom.dicom_files import ct_slice, item, sequence, written

RAMP = np.arange(256, dtype="<u2").reshape(16, 16)


def picture(folder: Path, dataset: Dataset, **options: Any) -> np.ndarray[Any, Any]:
    return read(render_slice(written(folder, dataset), **options))


def read(data: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(BytesIO(data)))


def test_range_of_the_frame_is_shown_where_no_window_is_stated(tmp_path: Path) -> None:
    assert (picture(tmp_path, ct_slice()) == RAMP).all()


def test_window_of_the_header_applies_to_rescaled_values(tmp_path: Path) -> None:
    dataset = ct_slice(
        RescaleSlope=1, RescaleIntercept=-128, WindowCenter=[0, 40], WindowWidth=[100, 400]
    )
    shown = picture(tmp_path, dataset)
    assert shown[0, 0] == 0  # -128 HU, left of the window
    assert shown[8, 0] == 128  # 0 HU, its middle
    assert shown[15, 15] == 255


def test_chosen_window_overrules_the_header(tmp_path: Path) -> None:
    dataset = ct_slice(WindowCenter=0, WindowWidth=1)
    assert picture(tmp_path, dataset, window=(127.5, 255))[8, 0] == 128


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    shown = picture(tmp_path, ct_slice(PhotometricInterpretation="MONOCHROME1"))
    assert (shown == 255 - RAMP).all()


def test_voi_lookup_table_applies(tmp_path: Path) -> None:
    table = np.arange(255, -1, -1, dtype="<u2") * 257
    lut = item(LUTDescriptor=[256, 0, 16], LUTData=table.tobytes())
    lut["LUTDescriptor"].VR = "US"
    lut["LUTData"].VR = "OW"
    assert (picture(tmp_path, ct_slice(VOILUTSequence=[lut])) == 255 - RAMP).all()


def test_flat_image_is_no_fault(tmp_path: Path) -> None:
    assert picture(tmp_path, ct_slice(PixelData=bytes(512))).shape == (16, 16)


def test_color_stays_color(tmp_path: Path) -> None:
    pixels = np.zeros((16, 16, 3), dtype="u1")
    pixels[..., 0] = 200
    dataset = color(pixels, "RGB")
    assert picture(tmp_path, dataset)[3, 3].tolist() == [200, 0, 0]


def test_ybr_is_converted(tmp_path: Path) -> None:
    pixels = np.full((16, 16, 3), (76, 85, 255), dtype="u1")  # red
    red, green, blue = picture(tmp_path, color(pixels, "YBR_FULL"))[3, 3].tolist()
    assert red > 250
    assert max(green, blue) < 5


def color(pixels: np.ndarray[Any, Any], interpretation: str) -> Dataset:
    return ct_slice(
        SamplesPerPixel=3,
        PlanarConfiguration=0,
        PhotometricInterpretation=interpretation,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=pixels.tobytes(),
    )


def test_palette_is_applied(tmp_path: Path) -> None:
    dataset = ct_slice(
        PhotometricInterpretation="PALETTE COLOR",
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=bytes(range(256)),
    )
    levels = (np.arange(256, dtype="<u2") * 257).tobytes()
    for name in ("Red", "Green", "Blue"):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{name}PaletteColorLookupTableData", levels)
    shown = picture(tmp_path, dataset)
    assert shown.shape == (16, 16, 3)
    assert shown[15, 15].tolist() == [255, 255, 255]
    assert shown[8, 0].tolist() == [128, 128, 128]


def test_frame_of_an_enhanced_object_has_its_own_window(tmp_path: Path) -> None:
    def group(center: int) -> Dataset:
        return item(FrameVOILUTSequence=sequence(WindowCenter=center, WindowWidth=2))

    dataset = ct_slice(
        NumberOfFrames=2,
        PixelData=RAMP.tobytes() * 2,
        SharedFunctionalGroupsSequence=sequence(
            PixelValueTransformationSequence=sequence(RescaleSlope=2, RescaleIntercept=0)
        ),
        PerFrameFunctionalGroupsSequence=[group(100), group(400)],
    )
    first, second = (picture(tmp_path, dataset, frame=frame) for frame in (0, 1))
    assert (first == np.where(RAMP * 2 > 100, 255, np.where(RAMP * 2 == 100, 128, 0))).all()
    assert (second == np.where(RAMP * 2 > 400, 255, np.where(RAMP * 2 == 400, 128, 0))).all()


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, RLELossless])
def test_lossless_syntaxes_show_the_same_picture(tmp_path: Path, syntax: str) -> None:
    dataset = large_slice()
    plain = picture(tmp_path, dataset)
    path = written(tmp_path, dataset)
    dataset.compress(syntax, generate_instance_uid=False)
    dataset.save_as(path)
    assert (read(render_slice(path)) == plain).all()


def large_slice() -> Dataset:
    """Large enough for the wavelets of JPEG 2000."""
    return ct_slice(Rows=128, Columns=128, PixelData=np.arange(1 << 14, dtype="<u2").tobytes())


@pytest.mark.parametrize("options", [("+e1",), ("+el",)])
def test_jpeg_lossless_of_dcmtk_is_decoded(
    tmp_path: Path, dcmtk: Callable[[str], Path], options: tuple[str, ...]
) -> None:
    plain, compressed = written(tmp_path, ct_slice()), tmp_path / "jpeg.dcm"
    run([dcmtk("dcmcjpeg"), *options, plain, compressed], check=True)
    assert (read(render_slice(compressed)) == RAMP).all()


def test_jpeg_ls_of_dcmtk_is_decoded(tmp_path: Path, dcmtk: Callable[[str], Path]) -> None:
    plain, compressed = written(tmp_path, ct_slice()), tmp_path / "jpegls.dcm"
    run([dcmtk("dcmcjpls"), plain, compressed], check=True)
    assert (read(render_slice(compressed)) == RAMP).all()


def test_large_picture_is_made_smaller(tmp_path: Path) -> None:
    dataset = ct_slice(Rows=64, Columns=128, PixelData=bytes(64 * 128 * 2))
    assert picture(tmp_path, dataset, max_size=32).shape == (16, 32)


def test_jpeg_is_offered(tmp_path: Path) -> None:
    data = render_slice(written(tmp_path, ct_slice()), image_format="JPEG")
    assert data.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("elements", "frame"),
    [({"PixelData": None}, 0), ({}, 7), ({"PixelData": bytes(10)}, 0)],
)
def test_what_cannot_be_shown_is_named(
    tmp_path: Path, elements: dict[str, Any], frame: int
) -> None:
    with pytest.raises(UndecodableImage) as failure:
        render_slice(written(tmp_path, ct_slice(**elements)), frame)
    assert failure.value.reason == "pixel_data_undecodable"


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        render_slice(tmp_path / "none.dcm")


def test_high_throughput_jpeg_2000_that_is_broken_is_named(tmp_path: Path) -> None:
    dataset = large_slice()
    path = written(tmp_path, dataset)
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    dataset.file_meta.TransferSyntaxUID = HTJ2KLossless
    dataset.PixelData = dataset.PixelData[:40] + bytes(len(dataset.PixelData) - 40)
    dataset.save_as(path)
    with pytest.raises(UndecodableImage):
        render_slice(path)
