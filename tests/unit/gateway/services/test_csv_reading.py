"""The form of a CSV file: everything wrong with it has a line, a column and a reason."""

import pytest

from gateway.services.csv_kinds.reading import read_records

COLUMNS = ("code", "name")


def defects(data: bytes) -> list[str]:
    return [str(defect) for defect in read_records("f.csv", data, COLUMNS)[1]]


def test_columns_may_stand_in_any_order() -> None:
    records, found = read_records("f.csv", b"name,code\nA,1\n", COLUMNS)
    assert records == [(2, {"name": "A", "code": "1"})]
    assert found == []


@pytest.mark.parametrize("data", ["\ufeffcode,name\r\n1,市一\r\n", "code,name\n 1 ,市一\n\n , \n"])
def test_byte_order_mark_line_ends_blanks_and_empty_lines_do_not_matter(data: str) -> None:
    records, found = read_records("f.csv", data.encode(), COLUMNS)
    assert records == [(2, {"code": "1", "name": "市一"})]
    assert found == []


def test_rows_are_numbered_by_the_line_on_which_they_begin() -> None:
    records, _ = read_records("f.csv", b'code,name\n1,"two\nlines"\n\n2,x\n', COLUMNS)
    assert [line for line, _ in records] == [2, 5]


def test_every_missing_unknown_and_repeated_column_is_named() -> None:
    assert defects(b"code,colour,code,\n") == [
        "f.csv, row 1, name: this column is missing",
        "f.csv, row 1, colour: this column is not known",
        "f.csv, row 1, code: this column stands twice",
        "f.csv, row 1: this column is not known",
    ]


def test_row_of_another_length_is_named() -> None:
    assert defects(b"code,name\n1\n1,a\n1,a,b\n") == [
        "f.csv, row 2: has 1 cells instead of 2",
        "f.csv, row 4: has 3 cells instead of 2",
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", "\ufeff".encode()])
def test_file_without_header_is_refused(data: bytes) -> None:
    assert defects(data) == ["f.csv, row 1: must begin with the header code,name"]


def test_file_in_another_charset_is_refused_with_the_line() -> None:
    assert defects("code,name\n1,a\n2,市一\n".encode("gb18030")) == ["f.csv, row 3: is not UTF-8"]


def test_unclosed_quote_is_refused() -> None:
    (defect,) = defects(b'code,name\n1,"a\n')
    assert "is not CSV" in defect
