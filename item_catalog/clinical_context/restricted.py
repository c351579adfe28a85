"""国家限制类技术目录: exact codes only; what is not listed is not managed as restricted."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from item_catalog.clinical_context.code_expressions import CodeExpression
from item_catalog.clinical_context.code_matching import CodeMatch, group_of, match_diagnoses
from item_catalog.clinical_context.documents import NameCorrection
from item_catalog.clinical_context.names import name_key
from item_catalog.clinical_context.recorded_codes import DiagnosisEntry, normal_code


class Nature(StrEnum):
    """Our reading of what a listed code is: the technique, its removal, an adjunct of another."""

    TECHNIQUE = "technique"
    REMOVAL = "removal"
    ADJUNCT = "adjunct"


@dataclass(frozen=True, slots=True)
class RestrictedDiagnosis:
    """A diagnosis that together with a procedure makes a technique (G05 only)."""

    technique_id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RestrictedProcedure:
    """One listed code; `diagnosis` is None where the code identifies the technique alone.

    `sensitive`: neither the technique's name nor the diagnosis may stand in a text or a log; the
    procedure's own name may be shown.
    """

    technique_id: str
    technique_name: str = field(repr=False)
    code: str
    name: str
    remark: str
    diagnosis: CodeExpression | None = field(repr=False)
    nature: Nature
    sensitive: bool
    source_line: int
    correction: NameCorrection | None = None

    def __str__(self) -> str:
        """Safe to print: code and name of the procedure, nothing of the technique."""
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class RestrictedMatch:
    """A listed procedure and how surely it is the restricted technique."""

    procedure: RestrictedProcedure
    match: CodeMatch


class RestrictedTechniques:
    """The list, ready for lookup; immutable after construction."""

    __slots__ = ("_by_code", "_by_name", "_sensitive", "diagnoses")

    def __init__(
        self,
        procedures: Iterable[RestrictedProcedure],
        diagnoses: Iterable[RestrictedDiagnosis],
    ) -> None:
        """Index the procedures by code and by name."""
        self._by_code = {procedure.code: procedure for procedure in procedures}
        named: defaultdict[str, list[RestrictedProcedure]] = defaultdict(list)
        for procedure in self._by_code.values():
            named[name_key(procedure.name)].append(procedure)
        self._by_name = {name: tuple(found) for name, found in named.items()}
        self.diagnoses = tuple(diagnoses)
        self._sensitive = frozenset(group_of(diagnosis.code) for diagnosis in self.diagnoses)

    @property
    def procedures(self) -> tuple[RestrictedProcedure, ...]:
        """Every listed procedure in printed order."""
        return tuple(self._by_code.values())

    def find(self, code: str) -> RestrictedProcedure | None:
        """The row of exactly this code: 39.6500, 39.6500x001 and 39.6500x002 are three rows."""
        return self._by_code.get(normal_code(code))

    def find_by_name(self, name: str) -> tuple[RestrictedProcedure, ...]:
        """The rows of exactly this name."""
        return self._by_name.get(name_key(name), ())

    def identify(
        self, code: str, diagnoses: Collection[DiagnosisEntry] = ()
    ) -> RestrictedMatch | None:
        """Whether a procedure with the patient's diagnoses is a restricted technique.

        None for a code that is not listed. A procedure that needs its diagnosis is NO without it
        and COARSE beside a diagnosis too short to tell.
        """
        procedure = self.find(code)
        if procedure is None:
            return None
        if procedure.diagnosis is None:
            return RestrictedMatch(procedure, CodeMatch.YES)
        return RestrictedMatch(procedure, match_diagnoses(procedure.diagnosis, diagnoses))

    def is_sensitive(self, diagnosis_code: str) -> bool:
        """Whether a diagnosis stays out of texts and logs: the whole category, however written."""
        return group_of(normal_code(diagnosis_code)) in self._sensitive
