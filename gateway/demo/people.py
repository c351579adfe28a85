"""Thirty made-up patients with numbers that are valid and belong to nobody.

The first six digits of a resident ID number name a region; 9999xx is none, so that no number here
can be a real one, while the check character is right (GB 11643-1999).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from gateway.canonical.identifiers import check_character
from gateway.demo.institutions import DemoInstitution

#: Names that break careless software: second bytes `|` and `^` in GBK, four-byte characters,
#: middle dots, two-character surnames.
_NAMES = (
    ("王珅", "M"), ("李玘", "F"), ("阿依古丽·买买提", "F"), ("陈㛃", "F"), ("欧阳建国", "M"),
    ("赵弢", "M"), ("周秀英", "F"), ("吴志强", "M"), ("郑丽华", "F"), ("孙国栋", "M"),
    ("钱桂芳", "F"), ("冯晓东", "M"), ("蒋玉兰", "F"), ("沈明远", "M"), ("韩雪梅", "F"),
    ("杨永康", "M"), ("朱爱珍", "F"), ("秦海涛", "M"), ("尤文静", "F"), ("许家豪", "M"),
    ("何春燕", "F"), ("吕伟民", "M"), ("施佩琪", "F"), ("张建华", "M"), ("孔令辉", "M"),
    ("曹慧敏", "F"), ("严俊杰", "M"), ("华小娟", "F"), ("金焅", "M"), ("诸葛瑍", "M"),
)  # fmt: skip
_DEPARTMENTS = ("呼吸内科", "消化内科", "内分泌科", "骨科", "心内科", "全科医学科")
#: What some of them have, which moves the values named in `lab_values`.
_CONDITIONS = ("", "", "diabetes", "kidney", "liver", "anemia", "infection", "lipids", "")


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up patient; sex is HL7 table 0001."""

    number: int
    name: str
    sex: str
    born: date
    resident_id: str
    department: str
    condition: str

    def local_number(self, institution: DemoInstitution) -> str:
        """The patient number this institution gives; different everywhere, as in life."""
        return f"{institution.key}{(self.number * 7919 + ord(institution.key)) % 1000000:06d}"


def make_people(rng: Random) -> tuple[Person, ...]:
    """The thirty patients, the same ones for the same seed."""
    return tuple(
        _person(number, name, sex, rng) for number, (name, sex) in enumerate(_NAMES, start=1)
    )


def _person(number: int, name: str, sex: str, rng: Random) -> Person:
    born = date(1938, 1, 1) + timedelta(days=rng.randrange(70 * 365))
    return Person(
        number=number,
        name=name,
        sex=sex,
        born=born,
        resident_id=_resident_id(number, sex, born, rng),
        department=rng.choice(_DEPARTMENTS),
        condition=rng.choice(_CONDITIONS),
    )


def _resident_id(number: int, sex: str, born: date, rng: Random) -> str:
    """Region, birth date, serial (odd = male), check character; the serial keeps them apart."""
    region = 999900 + rng.randrange(1, 100)
    serial = number * 20 + (1 if sex == "M" else 2)
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    return body + check_character(body)
