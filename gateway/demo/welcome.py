"""What a newcomer sees when the city is up: addresses, tokens, and whom to look for."""

from rich.console import Console
from rich.table import Table

from gateway.demo.city import City
from gateway.demo.institutions import COUNTY, PROVINCIAL
from gateway.demo.lab_scenarios import Patient
from gateway.demo.reach import Reach
from gateway.security.roles import Role

#: Patients worth asking for, with what their results show.
_SUGGESTIONS = (
    (Patient.TWO_CHARSETS, "两家医院的结果，字符集不同；胸部CT"),
    (Patient.SIDES, "右膝平片"),
    (Patient.PARTIAL_PANEL, "肾功能缺尿酸"),
    (Patient.DETECTION_SYSTEM, "肿瘤标志物的检测系统"),
    (Patient.CRITICAL, "危急值"),
    (Patient.TIER, "下级机构与医联体"),
)


def welcome(console: Console, reach: Reach, city: City) -> None:
    """Print addresses, tokens and suggestions.

    A token stands behind `#`, which browsers never send; no address holds patient data.
    """
    physician = reach.token(Role.PHYSICIAN, PROVINCIAL)
    province = reach.token(Role.PROVINCE, PROVINCIAL)
    url, ports = reach.http_url, reach.ports
    console.print(f"\n[bold]医生工作站（{PROVINCIAL.name}）[/]")
    console.print(f"{url}/workstation#token={physician}", soft_wrap=True)
    console.print("[bold]省级统计[/]")
    console.print(f"{url}/province#token={province}", soft_wrap=True)
    console.print(f"[bold]接口[/] {url}/docs  HL7 {ports.mllp}  DICOM {ports.dicom}")
    console.print("[bold]令牌[/]")
    for role, institution in (
        (Role.PHYSICIAN, COUNTY),
        (Role.HOSPITAL, PROVINCIAL),
        (Role.ADMIN, PROVINCIAL),
    ):
        token = reach.token(role, institution)
        console.print(f"{role}（{institution.name}）：{token}", soft_wrap=True)
    console.print(_patients(city))
    console.print("Ctrl-C 结束。患者均为虚构。")


def _patients(city: City) -> Table:
    table = Table(title="可以试的患者（虚构）")
    for title in ("姓名", "身份证号", "可见"):
        table.add_column(title)
    for patient, what in _SUGGESTIONS:
        person = city.person(patient)
        table.add_row(person.name, person.resident_id, what)
    return table
