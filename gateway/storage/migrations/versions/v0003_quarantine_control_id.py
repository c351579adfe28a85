"""The control id by which a sender knows a quarantined message"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "quarantine",
        sa.Column("control_id", sa.String(length=256), nullable=False, server_default=""),
    )


def downgrade() -> None:
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_column("control_id")
