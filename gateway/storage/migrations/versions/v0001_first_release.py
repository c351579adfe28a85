"""The schema of the first release"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_record",
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("patient_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("stream", "sequence", name=op.f("pk_audit_record")),
    )
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.create_index("ix_audit_record_patient_hash", ["patient_hash"], unique=False)

    op.create_table(
        "decision",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("visit_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("line_key", sa.String(length=32), nullable=False),
        sa.Column("reminder_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient_key", "decision_id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_visit", ["patient_key", "visit_hash"], unique=False)

    op.create_table(
        "event",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("department", sa.String(length=64), nullable=False),
        sa.Column("practitioner", sa.String(length=128), nullable=False),
        sa.Column("visit_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("line_key", sa.String(length=32), nullable=False),
        sa.Column("item_code", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("inferred_exception", sa.Boolean(), nullable=False),
        sa.Column("reminder_id", sa.String(length=32), nullable=False),
        sa.Column("source_institution", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("patient_key", "event_id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_at", ["at", "institution"], unique=False)
        batch_op.create_index("ix_event_visit", ["institution", "visit_hash"], unique=False)

    op.create_table(
        "imaging_instance",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("sop_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("series_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("series_number", sa.BigInteger(), nullable=True),
        sa.Column("instance_number", sa.BigInteger(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("object_name", sa.String(length=256), nullable=False),
        sa.Column("header_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "institution",
            "study_instance_uid",
            "sop_instance_uid",
            name=op.f("pk_imaging_instance"),
        ),
    )
    op.create_table(
        "imaging_study",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("study_id", sa.String(length=32), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("is_linked", sa.Boolean(), nullable=False),
        sa.Column("relevant_at", Instant(), nullable=False),
        sa.Column("last_received_at", Instant(), nullable=False),
        sa.Column("summary_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient_key", "study_id", name=op.f("pk_imaging_study")),
    )
    with op.batch_alter_table("imaging_study", schema=None) as batch_op:
        batch_op.create_index(
            "ix_imaging_study_candidates", ["patient_key", "relevant_at"], unique=False
        )
        batch_op.create_index("ix_imaging_study_study_id", ["study_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("batch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=256), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "lookup_key",
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_lookup_key")),
    )
    op.create_table(
        "offer",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("reminder_id", sa.String(length=32), nullable=False),
        sa.Column("visit_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("offered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("patient_key", "report_id", "institution", name=op.f("pk_offer")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index("ix_offer_report_id", ["report_id", "institution"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_institution"), ["institution"], unique=False)

    op.create_table(
        "patient",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("demographics_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient_key", name=op.f("pk_patient")),
    )
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_patient_merged_into"),
            ["merged_into"],
            unique=False,
            sqlite_where=sa.text("merged_into IS NOT NULL"),
            postgresql_where=sa.text("merged_into IS NOT NULL"),
        )

    op.create_table(
        "patient_identifier",
        sa.Column("identifier_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("identifier_type", sa.String(length=8), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("identifier_hash", name=op.f("pk_patient_identifier")),
    )
    with op.batch_alter_table("patient_identifier", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_patient_identifier_patient_key"), ["patient_key"], unique=False
        )

    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", sa.String(length=32), nullable=False),
        sa.Column("protocol", sa.String(length=8), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=128), nullable=False),
        sa.Column("hint", sa.String(length=512), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine")),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quarantine_institution"), ["institution"], unique=False
        )

    op.create_table(
        "quarantine_outcome",
        sa.Column("quarantine_id", sa.String(length=32), nullable=False),
        sa.Column("replayed_at", Instant(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("quarantine_id", "replayed_at", name=op.f("pk_quarantine_outcome")),
    )
    op.create_table(
        "received_code",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("local_code", sa.String(length=128), nullable=False),
        sa.Column("local_name", sa.String(length=256), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("institution", "kind", "local_code", name=op.f("pk_received_code")),
    )
    op.create_table(
        "registry_row",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("batch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "batch", "line", name=op.f("pk_registry_row")),
    )
    op.create_table(
        "reliance",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("practitioner", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint(
            "patient_key", "report_id", "decision_id", name=op.f("pk_reliance")
        ),
    )
    with op.batch_alter_table("reliance", schema=None) as batch_op:
        batch_op.create_index("ix_reliance_report_id", ["report_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("reminder_id", sa.String(length=32), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("visit_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient_key", "reminder_id", name=op.f("pk_reminder")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_reminder_id", ["reminder_id"], unique=False)
        batch_op.create_index("ix_reminder_visit", ["institution", "visit_hash"], unique=False)
        batch_op.create_index("ix_reminder_period", ["created_at", "reminder_id"], unique=False)

    op.create_table(
        "report_identity",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=True),
        sa.Column("message_at", Instant(), nullable=True),
        sa.Column("first_issued_at", Instant(), nullable=True),
        sa.Column("content_digest", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("institution", "key_hash", name=op.f("pk_report_identity")),
    )
    op.create_table(
        "report_version",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("relevant_at", Instant(), nullable=False),
        sa.Column("arrived_at", Instant(), nullable=False),
        sa.Column("first_issued_at", Instant(), nullable=True),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("control_id", sa.String(length=256), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "patient_key", "report_id", "version", name=op.f("pk_report_version")
        ),
    )
    with op.batch_alter_table("report_version", schema=None) as batch_op:
        batch_op.create_index(
            "ix_report_version_candidates", ["patient_key", "relevant_at"], unique=False
        )
        batch_op.create_index("ix_report_version_report_id", ["report_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("sending_application", sa.String(length=256), nullable=False),
        sa.Column("control_id", sa.String(length=256), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("charset", sa.String(length=32), nullable=False),
        sa.Column("raw_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "institution", "sending_application", "control_id", name=op.f("pk_submission")
        ),
    )


def downgrade() -> None:
    op.drop_table("submission")
    with op.batch_alter_table("report_version", schema=None) as batch_op:
        batch_op.drop_index("ix_report_version_report_id")
        batch_op.drop_index("ix_report_version_candidates")

    op.drop_table("report_version")
    op.drop_table("report_identity")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index("ix_reminder_period")
        batch_op.drop_index("ix_reminder_visit")
        batch_op.drop_index("ix_reminder_reminder_id")

    op.drop_table("reminder")
    with op.batch_alter_table("reliance", schema=None) as batch_op:
        batch_op.drop_index("ix_reliance_report_id")

    op.drop_table("reliance")
    op.drop_table("registry_row")
    op.drop_table("received_code")
    op.drop_table("quarantine_outcome")
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quarantine_institution"))

    op.drop_table("quarantine")
    with op.batch_alter_table("patient_identifier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_patient_identifier_patient_key"))

    op.drop_table("patient_identifier")
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_patient_merged_into"))

    op.drop_table("patient")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_institution"))

    op.drop_table("outbox")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index("ix_offer_report_id")

    op.drop_table("offer")
    op.drop_table("lookup_key")
    op.drop_table("import_batch")
    with op.batch_alter_table("imaging_study", schema=None) as batch_op:
        batch_op.drop_index("ix_imaging_study_study_id")
        batch_op.drop_index("ix_imaging_study_candidates")

    op.drop_table("imaging_study")
    op.drop_table("imaging_instance")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_visit")
        batch_op.drop_index("ix_event_at")

    op.drop_table("event")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_visit")

    op.drop_table("decision")
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_record_patient_hash")

    op.drop_table("audit_record")
    op.drop_table("audit_head")
