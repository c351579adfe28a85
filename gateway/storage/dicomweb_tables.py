"""What DICOMweb answers from, so that no file is read for a search or for metadata."""

from sqlalchemy import Column, Index, LargeBinary, String, Table

from gateway.storage.tables import INSTITUTION, imaging_study, metadata

#: One row per instance: its whole header as DICOM JSON, compressed, without pixel data.
instance_metadata = Table(
    "instance_metadata",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("study_instance_uid", String(64), primary_key=True),
    Column("sop_instance_uid", String(64), primary_key=True),
    Column("series_instance_uid", String(64), nullable=False),
    Column("modality", String(16), nullable=False),
    Column("metadata_sealed", LargeBinary, nullable=False),
)

#: One row per study: what its first instance says of patient and study, and how it is searched.
study_attributes = Table(
    "study_attributes",
    metadata,
    Column("institution", INSTITUTION, primary_key=True),
    Column("study_instance_uid", String(64), primary_key=True),
    Column("study_date", String(8), nullable=False),
    Column("accession_hash", LargeBinary(32), nullable=False),
    Column("patient_hash", LargeBinary(32), nullable=False),
    Column("attributes_sealed", LargeBinary, nullable=False),
    Index("ix_study_attributes_date", "institution", "study_date", "study_instance_uid"),
    Index("ix_study_attributes_accession", "institution", "accession_hash"),
    Index("ix_study_attributes_patient", "institution", "patient_hash"),
)

#: A study is asked for by its UID, whoever sent it.
study_by_uid = Index("ix_imaging_study_uid", imaging_study.c.study_instance_uid)
