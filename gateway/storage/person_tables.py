"""Tables of what is known of a person over time: patient data as stated, and merges.

`patient.merged_into` is what every look-up reads; `patient_merge` says how it came about, so that
a merge can be taken back. Columns named `*_sealed` are encrypted (see `gateway.storage.tables`).
"""

from sqlalchemy import Column, LargeBinary, String, Table

from gateway.storage.tables import ID, INSTITUTION, Instant, metadata

#: One immutable row per statement of patient data (ADT^A04, A08, A31).
patient_version = Table(
    "patient_version",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("version_id", ID, primary_key=True),
    Column("institution", INSTITUTION, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
)

#: `other` became a part of `patient_key` (both were roots then); in force until `undone_at`.
#: The hashes are the numbers that a merge message named, empty where one message stated both.
patient_merge = Table(
    "patient_merge",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("merge_id", String(32), primary_key=True),
    Column("other", ID, nullable=False, index=True),
    Column("kept_hash", LargeBinary(32), nullable=False),
    Column("retired_hash", LargeBinary(32), nullable=False),
    Column("merged_at", Instant, nullable=False),
    Column("undone_at", Instant),
)
