"""items: the records of all lists, finished, and the counts of facets in their order.

Revision: 3b7c1f0a5d24, after 99d504da5735
"""

import sqlalchemy as sa
from alembic import op

revision = "3b7c1f0a5d24"
down_revision = "99d504da5735"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; the next load fills it, and until then nothing is loaded."""
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
    op.drop_index(op.f("ix_tally_list_facet_count"), "tally")
    op.execute("ALTER TABLE tally DROP COLUMN kind")
    op.add_column("tally", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_tally_list_facet_position"), "tally", ["list", "facet", "position"])


def downgrade() -> None:
    """Take the change back."""
    op.execute("DELETE FROM revision")
    op.drop_index(op.f("ix_tally_list_facet_position"), "tally")
    op.execute("ALTER TABLE tally DROP COLUMN position")
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.add_column("tally", sa.Column("kind", text, nullable=True))
    op.create_index(op.f("ix_tally_list_facet_count"), "tally", ["list", "facet", "count"])
    op.drop_table("item")
