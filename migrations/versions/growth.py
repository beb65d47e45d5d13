"""growth: an index for every filter with every order, ranks of facts, and kept counts.

Revision: 99d504da5735, after 8a3c5e9d1f70
"""

import sqlalchemy as sa
from alembic import op

revision = "99d504da5735"
down_revision = "8a3c5e9d1f70"
branch_labels = None
depends_on = None

NEW = {
    "agreement": [
        "attributed_to_id, name_key, id",
        "attributed_to_id, text_order, id",
        "status, text_order, id",
        "type, text_order, id",
    ],
    "company": [
        "city_id, legal_form_key, id",
        "city_id, text_order, id",
        "legal_form_key, text_order, id",
    ],
    "document": [
        "language, name_key, id",
        "language, text_order, id",
    ],
    "event": [
        "date_end_key, id",
        "day, date_key, id",
        "day, name_key, id",
        "day, text_order, id",
        "month, date_key, id",
        "month, name_key, id",
        "month, text_order, id",
        "parent_id, date_key, id",
        "parent_id, name_key, id",
        "parent_id, text_order, id",
        "place_id, date_key, id",
        "place_id, text_order, id",
        "type, date_key, id",
        "type, text_order, id",
        "venue_id, date_key, id",
        "venue_id, text_order, id",
        "year, date_key, id",
        "year, name_key, id",
        "year, text_order, id",
    ],
    "evidence": [
        "document_id, start, end, fact_id",
        "fact_id, rank",
    ],
    "fact": [
        "predicate, id",
        "subject_id, predicate, text_order, id",
        "subject_id, subject_rank, predicate",
        "support, predicate, id",
    ],
    "organization": [
        "parent_id, name_key, id",
        "parent_id, text_order, id",
        "place_id, text_order, id",
        "type, text_order, id",
    ],
    "person": [
        "is_official, position_key, id",
        "is_official, text_order, id",
        "organization_id, position_key, id",
        "organization_id, text_order, id",
        "position_key, id",
        "position_key, text_order, id",
        "territory_id, position_key, id",
        "territory_id, text_order, id",
    ],
    "place": [
        "parent_id, name_key, id",
        "parent_id, text_order, id",
        "type, text_order, id",
    ],
    "quotation": [
        "speaker_id, text_order, id",
    ],
}
# Of these only rows that have a value in the first column.
TOLD = {
    "fact": [
        "object_id, text_order, id",
        "object_id, predicate, text_order, id",
        "object_id, object_rank, predicate",
        "attributed_to_id, text_order, id",
        "attributed_to_id, predicate, id",
    ],
}
VALUES = "ix_fact_value_key_text_order_id"
OLD = {
    "event": [
        "month, day, name_key, id",
        "parent_id",
    ],
    "evidence": [
        "document_id, start, end",
    ],
    "fact": [
        "object_id, predicate",
        "object_id, text_order, id",
        "subject_id, predicate",
        "attributed_to_id, text_order, id",
    ],
    "organization": [
        "parent_id",
    ],
    "place": [
        "parent_id",
    ],
}


def _make(indexes: dict[str, list[str]], *, told: bool = False) -> None:
    for table, each in indexes.items():
        for columns in each:
            names = columns.split(", ")
            where = sa.text(f"{names[0]} IS NOT NULL") if told else None
            op.create_index(
                op.f(f"ix_{table}_{'_'.join(names)}"),
                table,
                names,
                sqlite_where=where,
                postgresql_where=where,
            )


def _drop(indexes: dict[str, list[str]]) -> None:
    for table, each in indexes.items():
        for columns in each:
            op.drop_index(op.f(f"ix_{table}_{'_'.join(columns.split(', '))}"), table)


def upgrade() -> None:
    """Make the change."""
    # What is loaded lacks ranks and counts, so the next load must not take itself for done.
    op.execute("DELETE FROM revision")
    op.add_column(
        "fact", sa.Column("subject_rank", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("fact", sa.Column("object_rank", sa.Integer(), nullable=True))
    op.add_column("evidence", sa.Column("rank", sa.Integer(), nullable=False, server_default="1"))
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "tally",
        sa.Column("list", text, nullable=False),
        sa.Column("facet", text, nullable=False),
        sa.Column("key", text, nullable=False),
        sa.Column("value", text, nullable=False),
        sa.Column("label", text, nullable=False),
        sa.Column("kind", text, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("list", "facet", "key", name=op.f("pk_tally")),
    )
    op.create_index(op.f("ix_tally_list_facet_count"), "tally", ["list", "facet", "count"])
    _drop(OLD)
    _make(NEW)
    _make(TOLD, told=True)
    op.create_index(
        VALUES,
        "fact",
        ["value_key", "text_order", "id"],
        sqlite_where=sa.text("value_key <> ''"),
        postgresql_where=sa.text("value_key <> ''"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.execute("DELETE FROM revision")
    op.drop_index(VALUES, "fact")
    _drop(TOLD)
    _drop(NEW)
    _make(OLD)
    op.drop_table("tally")
    op.execute("ALTER TABLE evidence DROP COLUMN rank")
    op.execute("ALTER TABLE fact DROP COLUMN object_rank")
    op.execute("ALTER TABLE fact DROP COLUMN subject_rank")
