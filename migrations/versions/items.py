"""items: finished records, facets in their order, and indexes for passages and dates.

Revision: 3b7c1f0a5d24, after 99d504da5735
"""

import sqlalchemy as sa
from alembic import op

revision = "3b7c1f0a5d24"
down_revision = "99d504da5735"
branch_labels = None
depends_on = None

NEW = [
    ("event", ["date_end_key", "date_key", "id"]),
    ("event", ["month", "day", "id"]),
    ("evidence", ["reach", "start", "end", "fact_id", "predicate"]),
    ("tally", ["list", "facet", "position"]),
]
OLD = [
    ("event", ["date_end_key", "id"]),
    ("tally", ["list", "facet", "count"]),
]


def _make(indexes: list[tuple[str, list[str]]]) -> None:
    for table, columns in indexes:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def _drop(indexes: list[tuple[str, list[str]]]) -> None:
    for table, columns in indexes:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)


def upgrade() -> None:
    """Make the change."""
    # What is loaded lacks all this, so the next load must not take itself for done.
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
    op.add_column("evidence", sa.Column("reach", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("evidence", sa.Column("predicate", text, nullable=False, server_default=""))
    _drop(OLD)
    op.execute("ALTER TABLE tally DROP COLUMN kind")
    op.add_column("tally", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    _make(NEW)


def downgrade() -> None:
    """Take the change back."""
    op.execute("DELETE FROM revision")
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    _drop(NEW)
    op.execute("ALTER TABLE tally DROP COLUMN position")
    op.add_column("tally", sa.Column("kind", text, nullable=True))
    _make(OLD)
    op.execute("ALTER TABLE evidence DROP COLUMN predicate")
    op.execute("ALTER TABLE evidence DROP COLUMN reach")
    op.drop_table("item")
