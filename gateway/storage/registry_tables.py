"""Tables of the register: every imported file, row by row, for ever.

Rows hold the cells as they stood in the file. What is in force on a day follows from all of them
(`gateway.services.timeline`), so an old determination can always be explained.
"""

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from gateway.storage.tables import Instant, metadata

#: One row per imported file, numbered from 1 without gaps.
import_batch = Table(
    "import_batch",
    metadata,
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("file", String(256), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("row_count", Integer, nullable=False),
)

#: One row per line of an imported file; `line` counts the header as 1, `cells` is a JSON object.
registry_row = Table(
    "registry_row",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("cells", Text, nullable=False),
)

#: A fingerprint of the key that makes lookup hashes, to notice a database opened with other keys.
lookup_key = Table(
    "lookup_key",
    metadata,
    Column("purpose", String(16), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
)
