"""Messages as senders send them: bytes, never decoded on the way. Every patient is made up."""

from pathlib import Path


def message(name: str) -> bytes:
    """The bytes of one stored message."""
    return (Path(__file__).parent / name).read_bytes()


HEADER = "MSH|^~\\&|LIS|H001|GATEWAY|RECOGNITION|20261120101500||ORU^R01^ORU_R01|C1|P|2.5.1"
PATIENT = "PID|1||000123^^^H001^MR||张三||19900101|M"
ORDER = "OBR|1||L1|ALB^白蛋白|||202611200900|||||||||||||||202611201000||LAB|F"
RESULT = "OBX|1|NM|ALB^白蛋白||43.1|g/L|40-55|N|||F"


def joined(*segments: str) -> str:
    """Segments as a message text, each ended by CR."""
    return "".join(segment + "\r" for segment in segments)
