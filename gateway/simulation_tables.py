"""A simulation's figures as tables for a terminal; the JSON file has all rows and examples."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

#: Rows of a table by institution or item, those that move most; and kinds of change.
_MOST = 15

Row = Mapping[str, Any]


def tables(figures: Row) -> Iterator[Table]:
    """By outcome, exception, institution, item, and kind of change with its examples."""
    yield _outcomes(figures["outcomes"])
    yield _exceptions(figures["exceptions"])
    yield _movements("institution", figures["by_institution"])
    yield _movements("item", figures["by_item"])
    yield _kinds(figures["kinds"])


def summary(figures: Row) -> str:
    """One paragraph: how much was determined, how fast, and what the figures cannot say."""
    pace = figures["determinations"] / figures["seconds"] / figures["cores"]
    return (
        f"{figures['reminders']} reminders, {figures['lines']} lines, {figures['changed']} with "
        f"another outcome; {figures['determinations']} determinations in "
        f"{figures['seconds']:.1f} s on {figures['cores']} cores, {pace:,.0f} a second on each.\n"
        f"{figures['limit']}"
    )


def _table(title: str, *columns: str) -> Table:
    """A table whose first column is words, folded where it is narrow, never cut."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    return table


def _moved(before: object, after: object) -> str:
    return str(before) if before == after else f"{before} → {after}"


def _outcomes(rows: Sequence[Row]) -> Table:
    table = _table("outcomes", "outcome", "lines", "accepted", "CNY saved")
    for row in rows:
        before, after = row["before"], row["after"]
        figures = (_moved(before[key], after[key]) for key in ("lines", "accepted", "savings"))
        table.add_row(f"{row['text']} {row['outcome']}", *figures)
    return table


def _exceptions(rows: Sequence[Row]) -> Table:
    table = _table("exceptions", "exception", "verdict", "lines")
    for row in rows:
        name = f"{row['code']} {row['name']}"
        table.add_row(name, row["verdict"], _moved(row["before"], row["after"]))
    return table


def _movements(group: str, rows: Sequence[Row]) -> Table:
    table = _table(
        f"by {group}", group, "lines", "recognizable", "exceptions", "CNY saved", "of it better",
        "worse",
    )  # fmt: skip
    by_movement = sorted(rows, key=lambda row: -(row["better"] + row["worse"]))
    for row in by_movement[:_MOST]:
        table.add_row(
            f"{row[group]} {row['name']}".strip(), str(row["lines"]),
            _moved(row["recognizable_before"], row["recognizable_after"]),
            _moved(row["exceptions_before"], row["exceptions_after"]),
            row["savings"], row["savings_better"], row["savings_worse"],
        )  # fmt: skip
    _note_rest(table, len(rows))
    return table


def _kinds(rows: Sequence[Row]) -> Table:
    table = _table("changes", "change", "clauses", "lines", "example")
    for row in rows[:_MOST]:
        example = row["examples"][0]["determination_id"]
        change = _moved(row["before"], row["after"])
        table.add_row(change, " ".join(row["clauses"]), str(row["lines"]), example)
    _note_rest(table, len(rows))
    return table


def _note_rest(table: Table, rows: int) -> None:
    if rows > _MOST:
        table.caption = f"{rows - _MOST} more in the JSON file"
