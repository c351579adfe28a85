"""The schema. Columns named `*_sealed` are encrypted with the row's key as associated data.

Keys (ADR 0003): every patient-keyed table has `patient_key` first in its primary key, so that it
can be hash-partitioned unchanged. Only `submission` and `routing` are keyed by the sender;
`patient_identifier` is keyed by the keyed hash of the identifier itself, because it is what finds
the patient key.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(32)
INSTITUTION = String(64)
_TEXT_LENGTH = len("2026-11-20 04:00:00.000000")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds, the same on both databases.

    SQLite keeps it as text without a zone, in the form that SQLAlchemy gives it, by functions three
    times as fast: a report has ten instants.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """How the value is bound."""
        return _text_of if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """How the value is read."""
        if dialect.name == "sqlite":
            return _instant_of
        return super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored instant in UTC, whatever zone the database session shows it in."""
        return None if value is None else value.astimezone(UTC)


def _text_of(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(" ", "microseconds")[:_TEXT_LENGTH]


def _instant_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


submission = Table(
    "submission",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("sending_application", String(256), primary_key=True),
    Column("control_id", String(256), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("charset", String(32), nullable=False),
    Column("raw_sealed", LargeBinary, nullable=False),
)

#: Sender's number (report, accession or study; kind and number hashed) → where the object lives.
routing = Table(
    "report_identity",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("patient_key", ID, nullable=False),
    Column("object_id", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("issued_at", Instant),
    Column("message_at", Instant),
    Column("first_issued_at", Instant),
    Column("content_digest", LargeBinary(32)),
)

patient = Table(
    "patient",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("merged_into", ID),
    Column("created_at", Instant, nullable=False),
    Column("demographics_sealed", LargeBinary, nullable=False),
    # Of the few absorbed persons alone: an index of a column that is almost always empty looks so
    # useless in the statistics that SQLite would rather read the whole table.
    Index(
        "ix_patient_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)

patient_identifier = Table(
    "patient_identifier",
    metadata,
    Column("identifier_hash", LargeBinary(32), primary_key=True),
    Column("patient_key", ID, nullable=False, index=True),
    Column("identifier_type", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("value_sealed", LargeBinary, nullable=False),
)

#: One immutable row per report version; `is_stale` marks a late older message, never current.
report_version = Table(
    "report_version",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("report_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("institution", INSTITUTION, nullable=False),
    Column("status", String(16), nullable=False),
    Column("relevant_at", Instant, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("first_issued_at", Instant),
    Column("is_stale", Boolean, nullable=False),
    Column("control_id", String(256), nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Index("ix_report_version_candidates", "patient_key", "relevant_at"),
    Index("ix_report_version_report_id", "report_id"),
)

imaging_instance = Table(
    "imaging_instance",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("study_instance_uid", String(64), primary_key=True),
    Column("sop_instance_uid", String(64), primary_key=True),
    Column("series_instance_uid", String(64), nullable=False),
    Column("series_number", BigInteger),
    Column("instance_number", BigInteger),
    Column("received_at", Instant, nullable=False),
    Column("object_name", String(256), nullable=False),
    Column("header_sealed", LargeBinary, nullable=False),
)

#: The study as far as it has arrived; its instances are the immutable record.
imaging_study = Table(
    "imaging_study",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("study_id", ID, primary_key=True),
    Column("institution", INSTITUTION, nullable=False),
    Column("study_instance_uid", String(64), nullable=False),
    Column("is_linked", Boolean, nullable=False),
    Column("relevant_at", Instant, nullable=False),
    Column("last_received_at", Instant, nullable=False),
    Column("summary_sealed", LargeBinary, nullable=False),
    Index("ix_imaging_study_candidates", "patient_key", "relevant_at"),
    Index("ix_imaging_study_study_id", "study_id"),
)

#: One row per call of the workstation, with its determinations.
reminder = Table(
    "reminder",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("reminder_id", ID, primary_key=True),
    Column("institution", INSTITUTION, nullable=False),
    Column("visit_hash", LargeBinary(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Index("ix_reminder_reminder_id", "reminder_id"),
    Index("ix_reminder_visit", "institution", "visit_hash"),
    Index("ix_reminder_period", "created_at", "reminder_id"),
)

#: What reminders offered to an institution: the proof of treatment on which a report may be read.
offer = Table(
    "offer",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("report_id", ID, primary_key=True),
    Column("institution", INSTITUTION, primary_key=True),
    Column("reminder_id", ID, nullable=False),
    Column("visit_hash", LargeBinary(32), nullable=False),
    Column("offered_at", Instant, nullable=False),
    Index("ix_offer_report_id", "report_id", "institution"),
)

#: Append-only; the newest row of (visit, line) is the state.
decision = Table(
    "decision",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("decision_id", ID, primary_key=True),
    Column("institution", INSTITUTION, nullable=False),
    Column("visit_hash", LargeBinary(32), nullable=False),
    Column("line_key", String(32), nullable=False),
    Column("reminder_id", ID, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Index("ix_decision_visit", "patient_key", "visit_hash"),
)

#: Which report versions an accepted decision relies on, so that a correction finds its readers.
reliance = Table(
    "reliance",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("report_id", ID, primary_key=True),
    Column("decision_id", ID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("institution", INSTITUTION, nullable=False),
    Column("practitioner", String(128), nullable=False),
    Index("ix_reliance_report_id", "report_id"),
)

#: The append-only log from which every indicator is computed.
event = Table(
    "event",
    metadata,
    Column("patient_key", ID, primary_key=True),
    Column("event_id", ID, primary_key=True),
    Column("name", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("institution", INSTITUTION, nullable=False),
    Column("department", String(64), nullable=False),
    Column("practitioner", String(128), nullable=False),
    Column("visit_hash", LargeBinary(32), nullable=False),
    Column("line_key", String(32), nullable=False),
    Column("item_code", String(16), nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("inferred_exception", Boolean, nullable=False),
    Column("reminder_id", ID, nullable=False),
    Column("source_institution", INSTITUTION, nullable=False),
    Column("report_id", ID, nullable=False),
    Column("report_version", Integer, nullable=False),
    Column("price_fen", BigInteger),
    Column("detail", String(64), nullable=False),
    Index("ix_event_at", "at", "institution"),
    Index("ix_event_visit", "institution", "visit_hash"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", ID, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("institution", INSTITUTION, nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("delivered_at", Instant),
    Column("content_sealed", LargeBinary, nullable=False),
)

#: What could not be taken, whole, with its reason; a replay adds a row to `quarantine_outcome`.
quarantine = Table(
    "quarantine",
    metadata,
    Column("quarantine_id", ID, primary_key=True),
    Column("protocol", String(8), nullable=False),
    Column("institution", INSTITUTION, nullable=False, index=True),
    Column("received_at", Instant, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("location", String(128), nullable=False),
    Column("hint", String(512), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("control_id", String(256), nullable=False, server_default=""),
)

quarantine_outcome = Table(
    "quarantine_outcome",
    metadata,
    Column("quarantine_id", ID, primary_key=True),
    Column("replayed_at", Instant, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
)

#: Local codes seen, for mapping coverage; counts are flushed from memory and may lag a few seconds.
received_code = Table(
    "received_code",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("local_code", String(128), primary_key=True),
    Column("local_name", String(256), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("last_seen", Instant, nullable=False),
)
