"""Sender profiles as TOML files."""

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.hl7v2.profile_files import InvalidProfile, ProfileFolder, read_profile
from adapters.hl7v2.sender_profile import Habits, OffsetRule, SenderProfile, profile_of
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode

SENDER = Sender(InstitutionCode("H001"), "GBK", "")
WHOLE = """
charset = "GB18030"
charset_is_known = true
time_zone = "Asia/Tokyo"
offsets = "required"
acknowledgment = "original"
close_instead_of_retry = true
identifier_types = ["MR", "NI"]
name_marks = "*★"
narrow = ["OBX-5", "OBX-6"]
status_from_order = true

[moves]
"OBX-11" = "OBX-8"

[components]
"OBX-6" = 2
"""


def read(folder: Path, text: str) -> SenderProfile:
    path = folder / "H001.toml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path, profile_of(SENDER))


def test_every_key_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE) == SenderProfile(
        institution=InstitutionCode("H001"),
        charset="GB18030",
        zone=ZoneInfo("Asia/Tokyo"),
        charset_is_known=True,
        offsets=OffsetRule.REQUIRED,
        original_mode_only=True,
        close_instead_of_retry=True,
        habits=Habits(
            moves=((("OBX", 11), ("OBX", 8)),),
            components=((("OBX", 6), 2),),
            narrow=(("OBX", 5), ("OBX", 6)),
            identifier_types=("MR", "NI"),
            name_marks="*★",
            status_from_order=True,
        ),
    )


def test_empty_file_is_the_registered_profile(tmp_path: Path) -> None:
    assert read(tmp_path, "") == profile_of(SENDER)


@pytest.mark.parametrize(
    "text",
    [
        "charset",
        'charset = "EBCDIC"',
        "charset = 8859",
        "charset_is_known = 1",
        'time_zone = "Asia/Atlantis"',
        'offsets = "sometimes"',
        'acknowledgment = "enhanced"',
        "close_instead_of_retry = 'yes'",
        'colour = "red"',
        "name_marks = ['*']",
        'narrow = "OBX-5"',
        'narrow = ["OBX.5"]',
        "identifier_types = [1]",
        "moves = 1",
        '[moves]\n"OBX-11" = "OBR-8"',
        '[components]\n"OBX-6" = 0',
        '[components]\n"OBX-6" = true',
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidProfile, match=r"H001\.toml"):
        read(tmp_path, text)


def test_folder_is_read_again_when_a_file_changes(tmp_path: Path) -> None:
    reported: list[tuple[str, Mapping[str, object]]] = []
    folder = ProfileFolder(tmp_path, lambda event, values: reported.append((event, values)))
    path = tmp_path / "H001.toml"

    def written(text: str, at: int) -> SenderProfile:
        path.write_text(text)
        os.utime(path, (at, at))
        return folder(SENDER)

    assert folder(SENDER) == profile_of(SENDER)
    changed = written('acknowledgment = "original"', 1)
    assert changed.original_mode_only
    assert folder(SENDER) is changed, "not read twice"
    assert written("colour = 1", 2) == changed, "what was known stays in force"
    assert [(event, values["institution"]) for event, values in reported] == [
        ("hl7_profile_unusable", "H001")
    ]
    assert not written("", 3).original_mode_only
    path.unlink()
    assert folder(SENDER) == profile_of(SENDER)


def test_institution_cannot_name_a_file_outside_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "profiles"
    inner.mkdir()
    (tmp_path / "H001.toml").write_text('acknowledgment = "original"')
    folder = ProfileFolder(inner, lambda _event, _values: None)
    assert not folder(Sender(InstitutionCode("../H001"), "", "")).original_mode_only
