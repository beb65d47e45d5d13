"""search: indexes of tokens, and what is needed beside them.

Revision: 5d1b7f0c2a34, after 0ecc284a6589
"""

import sqlalchemy as sa
from alembic import op

revision = "5d1b7f0c2a34"
down_revision = "0ecc284a6589"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the change."""
    # What is loaded lacks all this, so the next load must not take itself for done.
    op.execute("DELETE FROM revision")
    # Not as a batch, which on SQLite drops the table that others refer to.
    op.execute("ALTER TABLE entity DROP COLUMN search_text")
    op.create_table(
        "search_entry",
        sa.Column("rank", BIG, nullable=False),
        sa.Column("entity_id", BIG, nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("exact_key", sa.String(), nullable=False),
        sa.Column("passages", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_search_entry_entity_id")
        ),
        sa.PrimaryKeyConstraint("rank", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("entity_id", name=op.f("uq_search_entry_entity_id")),
    )
    op.create_index(op.f("ix_search_entry_exact_key_rank"), "search_entry", ["exact_key", "rank"])
    op.create_index(
        op.f("ix_search_entry_words_name_key_entity_id"),
        "search_entry",
        ["words", "name_key", "entity_id"],
    )
    op.create_table(
        "spelling",
        sa.Column("spelling", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("spelling", "word", name=op.f("pk_spelling")),
    )
    if op.get_bind().dialect.name == "sqlite":
        # Of the tokens themselves only the index is kept, and of that only who has which where.
        # The tokenizer is "ascii" because it leaves all other letters of a token as they are.
        options = "content='', detail=column, columnsize=0, prefix='1 2 3', tokenize='ascii'"
        op.execute(
            f"CREATE VIRTUAL TABLE entity_search USING fts5(name, value, evidence, kind, {options})"
        )
        op.execute(f"CREATE VIRTUAL TABLE fact_search USING fts5(value, {options})")
    else:
        for name in ("entity_search", "fact_search"):
            op.execute(
                f"CREATE TABLE {name} "
                f"(rowid bigint CONSTRAINT pk_{name} PRIMARY KEY, tokens tsvector NOT NULL)"
            )
            op.execute(f"CREATE INDEX ix_{name}_tokens ON {name} USING gin (tokens)")


def downgrade() -> None:
    """Take the change back."""
    op.execute("DELETE FROM revision")
    for name in ("fact_search", "entity_search", "spelling", "search_entry"):
        op.execute(f"DROP TABLE {name}")
    op.execute("ALTER TABLE entity ADD COLUMN search_text VARCHAR NOT NULL DEFAULT ''")
