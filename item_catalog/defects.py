"""A located defect in catalog data or in a mapping file, and the refusal that carries them all."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong and where: `row` counts the header line as 1; None means the whole file."""

    file: str
    row: int | None
    column: str | None
    reason: str

    def __str__(self) -> str:
        """One line for a person: file, row, column, reason."""
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(self.column)
        return f"{', '.join(place)}: {self.reason}"


class CatalogDefects(Exception):
    """Catalog data was refused; `defects` lists every reason, not just the first."""

    def __init__(self, defects: Sequence[Defect]) -> None:
        super().__init__("\n".join(str(defect) for defect in defects))
        self.defects = tuple(defects)
