"""Metadata and study attributes for DICOMweb"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instance_metadata",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("sop_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("series_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("modality", sa.String(length=16), nullable=False),
        sa.Column("metadata_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "institution",
            "study_instance_uid",
            "sop_instance_uid",
            name=op.f("pk_instance_metadata"),
        ),
    )
    op.create_table(
        "study_attributes",
        sa.Column("institution", sa.String(length=64), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("study_date", sa.String(length=8), nullable=False),
        sa.Column("accession_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("patient_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("attributes_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "institution", "study_instance_uid", name=op.f("pk_study_attributes")
        ),
    )
    op.create_index(
        "ix_study_attributes_date",
        "study_attributes",
        ["institution", "study_date", "study_instance_uid"],
    )
    op.create_index(
        "ix_study_attributes_accession", "study_attributes", ["institution", "accession_hash"]
    )
    op.create_index(
        "ix_study_attributes_patient", "study_attributes", ["institution", "patient_hash"]
    )
    op.create_index("ix_imaging_study_uid", "imaging_study", ["study_instance_uid"])


def downgrade() -> None:
    op.drop_index("ix_imaging_study_uid", "imaging_study")
    op.drop_table("study_attributes")
    op.drop_table("instance_metadata")
