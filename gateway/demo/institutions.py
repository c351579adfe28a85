"""The institutions of the fake city, above and below the line of 二（二）, some in alliances."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoInstitution:
    """One institution and the habits of its systems.

    key is a short letter used in made-up numbers. encoding is the Python codec of its messages;
    declares_charset tells whether MSH-18 says so (else the register's default has to be used).
    identity_style is how PID-3 marks a resident ID number: a CX.5 type, or `oid` for CX.4.
    """

    key: str
    code: str
    name: str
    tier: str
    kind: str
    county: str
    encoding: str
    declares_charset: bool
    hl7_version: str
    identity_style: str
    modalities: tuple[str, ...] = ()
    eqa_scheme: str = "provincial"

    @property
    def facility(self) -> str:
        """MSH-4.1 of its messages."""
        return f"FAC-{self.key}"

    @property
    def charset_label(self) -> str:
        """MSH-18, or the default charset of the register."""
        return "UNICODE UTF-8" if self.encoding == "utf-8" else "GB 18030-2000"

    @property
    def ae_titles(self) -> tuple[str, ...]:
        """Calling AE titles of its modalities."""
        return tuple(f"{self.key}_{modality}1" for modality in self.modalities)

    def ae_title(self, modality: str) -> str:
        """The calling AE title of one modality; the institution must own it."""
        title = f"{self.key}_{modality}1"
        if title not in self.ae_titles:
            raise LookupError(f"{self.key} has no {modality}")
        return title

    def local_code(self, abbreviation: str) -> str:
        """How this institution's own code list calls an analyte, an order or a procedure."""
        return f"{self.key}-{abbreviation}"


CITY = "云江市"
_ALL_MODALITIES = ("DR", "CT", "MR")

PROVINCIAL = DemoInstitution(
    "A", "YJ0001", "云江省立医院", "三级甲等", "hospital", "城中区",
    "utf-8", True, "2.5.1", "NI", _ALL_MODALITIES, "national",
)  # fmt: skip
MUNICIPAL = DemoInstitution(
    "B", "YJ0002", "云江市第一人民医院", "三级乙等", "hospital", "城北区",
    "utf-8", True, "2.5.1", "oid", _ALL_MODALITIES, "national",
)  # fmt: skip
COUNTY = DemoInstitution(
    "C", "YJ0003", "青岚县人民医院", "二级甲等", "hospital", "青岚县",
    "gb18030", True, "2.4", "01", _ALL_MODALITIES,
)  # fmt: skip
DISTRICT = DemoInstitution(
    "D", "YJ0004", "云江市城东医院", "二级乙等", "hospital", "城东区",
    "utf-8", True, "2.5", "NNCHN", ("DR", "CT"),
)  # fmt: skip
TOWNSHIP = DemoInstitution(
    "E", "YJ0005", "青岚县石溪镇中心卫生院", "一级甲等", "primary_care", "青岚县",
    "gb18030", False, "2.3.1", "01", ("DR",),
)  # fmt: skip
COMMUNITY = DemoInstitution(
    "F", "YJ0006", "南湖社区卫生服务中心", "未定级", "primary_care", "城中区",
    "utf-8", True, "2.5.1", "NI", ("DR",),
)  # fmt: skip
TRADITIONAL = DemoInstitution(
    "G", "YJ0007", "白鹭县中医院", "二级甲等", "hospital", "白鹭县",
    "gb18030", False, "2.4", "SFZ", ("DR",),
)  # fmt: skip
LABORATORY = DemoInstitution(
    "L", "YJ0008", "云江明衡医学检验实验室", "未定级", "independent_laboratory", "城北区",
    "utf-8", True, "2.6", "NI", (), "national",
)  # fmt: skip

INSTITUTIONS = (
    PROVINCIAL, MUNICIPAL, COUNTY, DISTRICT, TOWNSHIP, COMMUNITY, TRADITIONAL, LABORATORY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoAlliance:
    """A 城市医联体 or 县域医共体 of the city (二（三）)."""

    code: str
    name: str
    kind: str
    members: tuple[DemoInstitution, ...]


ALLIANCES = (
    DemoAlliance("YJ-CITY-1", "云江省立医院城市医联体", "城市医联体", (PROVINCIAL, COMMUNITY)),
    DemoAlliance("QL-COUNTY", "青岚县县域医共体", "县域医共体", (COUNTY, TOWNSHIP)),
)
