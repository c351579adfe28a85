"""Canonical records: the meaning of what arrived, free of HL7, DICOM and HTTP words. Pure."""
