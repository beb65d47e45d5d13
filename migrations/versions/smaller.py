"""smaller: indexes of facts and of spelling that keep less, so that a load takes less time.

Revision: c41d7be2905f, after 3b7c1f0a5d24
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c41d7be2905f"
down_revision = "3b7c1f0a5d24"
branch_labels = None
depends_on = None


def _spelling(**options: Any) -> None:
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.drop_table("spelling")
    op.create_table(
        "spelling",
        sa.Column("spelling", text, nullable=False),
        sa.Column("word", text, nullable=False),
        sa.PrimaryKeyConstraint("spelling", "word", name=op.f("pk_spelling")),
        **options,
    )


def _facts(options: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE fact_search")
        op.execute(
            "CREATE VIRTUAL TABLE fact_search USING fts5(value, content='', columnsize=0, "
            f"tokenize='ascii', {options})"
        )


def upgrade() -> None:
    """Make the change."""
    # What is loaded lacks all this, so the next load must not take itself for done.
    op.execute("DELETE FROM revision")
    _spelling(sqlite_with_rowid=False)
    # There is but one column. The beginnings of three letters are few enough to be looked through.
    _facts("detail=none, prefix='1 2'")


def downgrade() -> None:
    """Take the change back."""
    op.execute("DELETE FROM revision")
    _spelling()
    _facts("detail=column, prefix='1 2 3'")
