"""items: the records of all lists, finished.

Revision: 3b7c1f0a5d24, after 99d504da5735
"""

import sqlalchemy as sa
from alembic import op

revision = "3b7c1f0a5d24"
down_revision = "99d504da5735"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the next load fills it, and until then nothing is loaded."""
    op.execute("DELETE FROM revision")
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "item",
        sa.Column("list", text, nullable=False),
        sa.Column("id", key, nullable=False),
        sa.Column("text", text, nullable=False),
        sa.PrimaryKeyConstraint("list", "id", name=op.f("pk_item")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("item")
