"""Tables of the conformance report: what a sender's sampled messages deviate in, day by day."""

from sqlalchemy import BigInteger, Column, Date, String, Table

from gateway.storage.tables import INSTITUTION, metadata

#: How many messages of a sender were checked on a day (China), and how many had any finding.
conformance_sample = Table(
    "conformance_sample",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("checked", BigInteger, nullable=False),
    Column("deviating", BigInteger, nullable=False),
)

#: One row per kind of deviation and day. Neither column ever holds a value that was sent.
conformance_finding = Table(
    "conformance_finding",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("location", String(16), primary_key=True),
    Column("text", String(256), primary_key=True),
    Column("severity", String(16), nullable=False),
    Column("count", BigInteger, nullable=False),
)
