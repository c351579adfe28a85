"""The folder of the demonstration: fresh each time, and never somebody else's."""

import shutil
from pathlib import Path

from gateway.errors import InvalidSettings

_MARKER = ".recognition-demo"


def fresh_folder(folder: Path) -> Path:
    """Empty the folder of an earlier demonstration, or make a new one.

    Raises:
        InvalidSettings: the folder holds something that no demonstration made.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARKER).is_file():
            raise InvalidSettings("DATA_DIR is not empty and not a demonstration's; it is kept")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARKER).write_text("Made by `gateway demo`; wiped by the next one.\n")
    return folder
