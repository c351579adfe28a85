"""HL7 v2 over MLLP: framing, character sets, reading, mapping and acknowledging."""
