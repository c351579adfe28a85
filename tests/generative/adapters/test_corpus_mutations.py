"""Messages of the corpus, damaged at random: each is answered or kept, none breaks us."""

import asyncio
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.hl7v2.profile_files import ProfileFolder
from adapters.hl7v2.receiving import MessageReceiver
from tests.messages.corpus import LINK_HOSTS, MESSAGES, PROFILES, CorpusIntake

SEEDS = sorted(path.read_bytes() for path in MESSAGES.glob("*.hl7"))
_PIECES = [
    *(b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\x00", b'""', b"\xff", "珅".encode("gb18030")),
    *(b"\rMSH|^~\\&", b"\rPID|", b"\rOBR|", b"\rOBX|", b"\rORC|", b"\rMRG|", b"\rSPM|", b"\rBTS|"),
    *(
        b"BHS|^~\\&|",
        b"FHS|^~\\&|",
        b"|ED|",
        b"|RP|",
        b"^Base64^",
        b"\\X0D\\",
        b"20261399",
        b"9" * 40,
    ),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A message of the corpus after a few cuts, doublings and insertions."""
    message = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(message)))
        length = draw(st.integers(0, 30))
        piece = draw(
            st.one_of(
                st.sampled_from(_PIECES), st.binary(max_size=4), st.just(message[at : at + length])
            )
        )
        message = message[:at] + piece + message[at + draw(st.sampled_from((0, length))) :]
    return message


@settings(max_examples=400)
@given(damaged())
def test_damaged_message_is_taken_or_kept_and_never_breaks_us(message: bytes) -> None:
    intake = CorpusIntake()
    ports = replace(
        intake.ports(), profile=ProfileFolder(PROFILES, intake.report), link_hosts=LINK_HOSTS
    )
    answers = asyncio.run(MessageReceiver(ports).answer(message))
    assert [event for event, _ in intake.events if event == "hl7_internal_error"] == []
    assert intake.submissions or intake.quarantined or b"MSH" not in message
    assert all(answer.endswith(b"\r") for answer in answers)
