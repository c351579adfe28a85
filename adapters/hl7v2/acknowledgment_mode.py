"""Which acknowledgments a message asks for (HL7 v2.5.1 2.9.2, 2.9.3; tables 0008 and 0155). Pure.

Original mode: one answer, AA, AE or AR. Enhanced mode: an accept acknowledgment says whether the
message is safely kept (CA, CE, CR), an application acknowledgment what became of it (AA, AE, AR).
Both are made after the commit, so the first never promises what the second takes back.
"""

from dataclasses import replace

from adapters.hl7v2.acknowledgment import Answer
from adapters.hl7v2.header import Header

#: Table 0155; any other value of MSH-15 and MSH-16 counts as empty.
_CONDITIONS = frozenset({"AL", "NE", "ER", "SU"})
_ON_SUCCESS = frozenset({"AL", "SU"})
_ON_ERROR = frozenset({"AL", "ER"})
_KEPT = Answer("CA")


def answers_due(header: Header, answer: Answer, is_original_only: bool) -> tuple[Answer, ...]:
    """The acknowledgments to send, in order; none where the sender asks for none.

    is_original_only: the sender is known to understand nothing but AA, AE and AR.
    """
    accept, application = _asked(header)
    if is_original_only or not (accept or application):
        return (answer,)
    if not answer.condition:
        return _chosen(
            replace(answer, code="CA") if accept in _ON_SUCCESS else None,
            answer if application in _ON_SUCCESS else None,
        )
    return _fault(answer, accept, application)


def _fault(answer: Answer, accept: str, application: str) -> tuple[Answer, ...]:
    """A fault is told once, at the level that is listened to.

    A fault of the content (AE) leaves the message safely in quarantine. So a sender that wants to
    hear of errors from the application gets CA and AE; one that does not gets CE. What was not
    processed (AR) is refused at once, and after CR nothing further follows (2.9.3.2).
    """
    if answer.code == "AE" and application in _ON_ERROR:
        return _chosen(_KEPT if accept in _ON_SUCCESS else None, answer)
    if accept in _ON_ERROR:
        return (replace(answer, code=f"C{answer.code[1]}"),)
    return _chosen(None, answer if application in _ON_ERROR else None)


def _asked(header: Header) -> tuple[str, str]:
    accept, application = (header.segment.component(field).upper() for field in (15, 16))
    return (
        accept if accept in _CONDITIONS else "",
        application if application in _CONDITIONS else "",
    )


def _chosen(accept: Answer | None, application: Answer | None) -> tuple[Answer, ...]:
    return tuple(answer for answer in (accept, application) if answer is not None)
