"""HL7 tables → canonical values. A value that no table holds is answered with None."""

from gateway.canonical.identifiers import IdentityType
from gateway.canonical.lab import ReportStatus, ResultStatus
from gateway.canonical.messages import OrderAct
from gateway.canonical.patient import Sex

#: OBR-25, table 0123. `W` belongs in OBX-11; where a sender puts it here, the report is withheld
#: all the same, because showing it would put it into the wrong record.
REPORT_STATUS = {
    "O": ReportStatus.REGISTERED,
    "I": ReportStatus.REGISTERED,
    "S": ReportStatus.REGISTERED,
    "A": ReportStatus.PRELIMINARY,
    "R": ReportStatus.PRELIMINARY,
    "P": ReportStatus.PRELIMINARY,
    "F": ReportStatus.FINAL,
    "C": ReportStatus.CORRECTED,
    "X": ReportStatus.CANCELLED,
    "Y": ReportStatus.CANCELLED,
    "Z": ReportStatus.CANCELLED,
    "W": ReportStatus.WRONG_PATIENT,
}

#: OBX-11, table 0085.
RESULT_STATUS = {
    "I": ResultStatus.REGISTERED,
    "N": ResultStatus.REGISTERED,
    "O": ResultStatus.REGISTERED,
    "P": ResultStatus.PRELIMINARY,
    "R": ResultStatus.PRELIMINARY,
    "S": ResultStatus.PRELIMINARY,
    "F": ResultStatus.FINAL,
    "U": ResultStatus.FINAL,
    "C": ResultStatus.CORRECTED,
    "X": ResultStatus.CANCELLED,
    "D": ResultStatus.DELETED,
    "W": ResultStatus.WRONG_PATIENT,
}

#: ORC-1, table 0119, as placers and fillers write it; `RP` and `RO` are the two halves of a
#: replacement. A code that is not listed has no effect on what was ordered.
ORDER_ACT = (
    dict.fromkeys(("NW", "OK", "RO", "SN", "PA", "CH"), OrderAct.SIGNED)
    | dict.fromkeys(("XO", "XR", "XX"), OrderAct.CHANGED)
    | dict.fromkeys(("CA", "OC", "CR", "DC", "OD", "DR", "RP", "RQ", "RU"), OrderAct.WITHDRAWN)
    | dict.fromkeys(("RE",), OrderAct.EXECUTED)
    | dict.fromkeys(("SC", "SR", "NA", "HD", "OH", "HR", "RL", "OR"), OrderAct.NOTED)
)

#: ORC-5, table 0038, of a message that reports where an order stands.
ORDER_ACT_OF_STATUS = {
    "A": OrderAct.EXECUTED,
    "CM": OrderAct.EXECUTED,
    "IP": OrderAct.EXECUTED,
    "CA": OrderAct.WITHDRAWN,
    "DC": OrderAct.WITHDRAWN,
    "RP": OrderAct.WITHDRAWN,
}

#: PID-8, table 0001, and the digits and words of GB/T 2261.1 that senders put there.
SEX = {
    "M": Sex.MALE,
    "1": Sex.MALE,
    "男": Sex.MALE,
    "F": Sex.FEMALE,
    "2": Sex.FEMALE,
    "女": Sex.FEMALE,
    "O": Sex.OTHER,
    "A": Sex.OTHER,
    "N": Sex.OTHER,
    "U": Sex.UNKNOWN,
    "0": Sex.UNKNOWN,
    "9": Sex.UNKNOWN,
    "": Sex.UNKNOWN,
}

#: CX.5, table 0203, and CV02.01.101. `SFZ` is what many hospital systems write for 身份证.
IDENTITY_TYPE = {
    "NI": IdentityType.RESIDENT_ID,
    "NNCHN": IdentityType.RESIDENT_ID,
    "SFZ": IdentityType.RESIDENT_ID,
    "MR": IdentityType.LOCAL,
    "PI": IdentityType.LOCAL,
    "PT": IdentityType.LOCAL,
    "": IdentityType.LOCAL,
    "PPN": IdentityType.PASSPORT,
} | {kind.value: kind for kind in IdentityType if kind is not IdentityType.LOCAL}

#: Assigning authority of resident ID numbers.
RESIDENT_ID_OID = "2.16.156.10011.1.3"

#: OBR-24 values that announce an imaging report, table 0074 and the modalities senders write there.
IMAGING_SECTIONS = frozenset({"RAD", "CT", "MR", "NMR", "CR", "DR", "DX", "MG", "RX"})
