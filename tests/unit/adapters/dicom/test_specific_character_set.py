"""Character sets as declared, and as Chinese devices really send them (PS3.5 section 6.1.2)."""

import pytest

from adapters.dicom.specific_character_set import Text, codecs_of, decode

# Second bytes of these GBK characters are `|`, `|`, `^`, `~` and `\`.
DELIMITER_NAMES = ["王珅", "弢", "张^玘", "瑍=焅"]


@pytest.mark.parametrize(
    ("terms", "codecs"),
    [
        (["GB18030"], ("gb18030",)),
        (["GBK"], ("gb18030",)),
        (["ISO_IR 192"], ("utf-8",)),
        (["ISO IR 192"], ("utf-8",)),
        (["ISO_IR_192"], ("utf-8",)),
        (["UTF-8"], ("utf-8",)),
        (["", "ISO 2022 IR 58"], ("latin-1", "gb18030")),
        (["ISO_IR 58"], ("gb18030",)),
        (["ISO 2022 GBK"], ("gb18030",)),
        (["GB18030", "ISO IR 192"], ("gb18030", "utf-8")),
        (["ISO_IR 144"], ("iso8859-5",)),
        (["nobody knows"], ("latin-1",)),
        ([], ("latin-1",)),
    ],
)
def test_declared_terms_are_read_in_every_spelling(
    terms: list[str], codecs: tuple[str, ...]
) -> None:
    assert codecs_of(terms) == codecs


@pytest.mark.parametrize("name", DELIMITER_NAMES)
def test_gbk_second_bytes_are_not_delimiters(name: str) -> None:
    assert decode(name.encode("gbk"), codecs_of(["GBK"])) == Text(name)


@pytest.mark.parametrize("name", ["王^小东", "𬎆^㛃", *DELIMITER_NAMES])
def test_declared_gb18030_is_read_without_repair(name: str) -> None:
    assert decode(name.encode("gb18030"), codecs_of(["GB18030"])) == Text(name)


def test_code_extension_loses_its_escape_sequences() -> None:
    sent = b"Zhang^San=\x1b$)A" + "张".encode("gb2312") + b"^\x1b$)A" + "三".encode("gb2312")
    assert decode(sent, codecs_of(["", "ISO 2022 IR 58"])) == Text("Zhang^San=张^三")


def test_code_extension_carries_characters_beyond_gb2312() -> None:
    sent = b"\x1b$)A" + "王^珅".encode("gbk")
    assert decode(sent, codecs_of(["", "ISO 2022 IR 58"])).text == "王^珅"


def test_japanese_and_korean_escape_sequences_are_understood() -> None:
    japanese = b"Yamada^Tarou=" + "山田".encode("iso2022_jp")
    assert decode(japanese, codecs_of(["", "ISO 2022 IR 87"])).text == "Yamada^Tarou=山田"
    korean = b"Hong^Gildong=\x1b$)C" + "洪".encode("euc_kr")
    assert decode(korean, codecs_of(["", "ISO 2022 IR 149"])).text == "Hong^Gildong=洪"


def test_unknown_escape_sequence_falls_back_to_the_first_set() -> None:
    assert decode(b"\x1b$)Zabc", codecs_of(["GB18030"])).text == "abc"


def test_broken_extension_is_replaced_and_said() -> None:
    assert decode(b"\x1b$)C\xff", codecs_of([""])) == Text("\ufffd", "replaced")


@pytest.mark.parametrize("terms", [["ISO_IR 100"], [], [""], ["ISO_IR 6"]])
@pytest.mark.parametrize("name", ["王^小东", "王^珅", "CT增强扫描", "欧阳·娜", "（①β受体）"])
def test_gbk_bytes_under_a_latin_label_are_repaired(terms: list[str], name: str) -> None:
    assert decode(name.encode("gbk"), codecs_of(terms)) == Text(name, "read_as_gb18030")


@pytest.mark.parametrize("terms", [["ISO_IR 100"], []])
def test_utf_8_bytes_under_a_latin_label_are_repaired(terms: list[str]) -> None:
    assert decode("王^小东".encode(), codecs_of(terms)) == Text("王^小东", "read_as_utf-8")


@pytest.mark.parametrize(
    "name", ["Müller^Jörg", "Peña^José", "Zoë", "José^María", "Ångström", "¦Á"]
)
def test_true_latin_names_stay_latin(name: str) -> None:
    assert decode(name.encode("latin-1"), codecs_of(["ISO_IR 100"])) == Text(name)


def test_utf_8_label_on_gbk_bytes_is_repaired() -> None:
    assert decode("张三".encode("gbk"), codecs_of(["ISO_IR 192"])) == Text(
        "张三", "read_as_gb18030"
    )


def test_second_declared_set_is_tried_without_repair() -> None:
    sent = "赵钱孙".encode()  # nine bytes: no GB18030 text
    assert decode(sent, codecs_of(["GB18030", "ISO IR 192"])) == Text("赵钱孙")


def test_undecodable_bytes_are_replaced_and_said() -> None:
    assert decode(b"\xff\xff\xff", codecs_of(["ISO_IR 192"])).repair == "replaced"


def test_plain_ascii_needs_no_set() -> None:
    assert decode(b"ZHANG^SAN", codecs_of(["nobody knows"])) == Text("ZHANG^SAN")
