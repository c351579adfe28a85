"""Patient data over time, merges that can be parted, the conformance report"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patient_version",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient_key", "version_id", name=op.f("pk_patient_version")),
    )
    op.create_table(
        "patient_merge",
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("merge_id", sa.String(length=32), nullable=False),
        sa.Column("other", sa.String(length=32), nullable=False),
        sa.Column("kept_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("retired_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("merged_at", Instant(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("patient_key", "merge_id", name=op.f("pk_patient_merge")),
    )
    with op.batch_alter_table("patient_merge", schema=None) as batch_op:
        batch_op.create_index("ix_patient_merge_other", ["other"], unique=False)

    op.create_table(
        "conformance_sample",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("deviating", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("institution", "day", name=op.f("pk_conformance_sample")),
    )
    op.create_table(
        "conformance_finding",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("location", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=256), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "institution", "day", "location", "text", name=op.f("pk_conformance_finding")
        ),
    )


def downgrade() -> None:
    op.drop_table("conformance_finding")
    op.drop_table("conformance_sample")
    with op.batch_alter_table("patient_merge", schema=None) as batch_op:
        batch_op.drop_index("ix_patient_merge_other")

    op.drop_table("patient_merge")
    op.drop_table("patient_version")
