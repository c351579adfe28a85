"""Tables of the audit trail. Only rows are ever added; each carries a hash over its predecessor.

There is one chain per acting institution, so that institutions do not wait for one another.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from gateway.storage.tables import INSTITUTION, Instant, metadata

audit_record = Table(
    "audit_record",
    metadata,
    Column("stream", INSTITUTION, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("role", String(16), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("action", String(48), nullable=False),
    Column("object_kind", String(32), nullable=False),
    Column("object_id", String(64), nullable=False),
    Column("patient_hash", LargeBinary(32)),
    Column("basis", String(16), nullable=False),
    Column("result", String(16), nullable=False),
    Column("chain_hash", LargeBinary(32), nullable=False),
    Index("ix_audit_record_patient_hash", "patient_hash"),
)

#: The end of each chain, sealed with the key, so that a chain cut short is noticed.
audit_head = Table(
    "audit_head",
    metadata,
    Column("stream", INSTITUTION, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("chain_hash", LargeBinary(32), nullable=False),
    Column("seal", LargeBinary(32), nullable=False),
)
