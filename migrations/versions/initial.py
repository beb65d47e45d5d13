"""initial: all tables, their indexes, and the full-text indexes.

Revision: 2f6c0d9b4e18, after
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2f6c0d9b4e18"
down_revision = None
branch_labels = None
depends_on = None

# In SQLite an INTEGER key is an alias of the rowid; text compares by code points everywhere.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")

INDEXES = {
    "place": [
        "name_key, id",
        "parent_id, name_key, id",
        "parent_id, text_order, id",
        "text_order, id",
        "type, name_key, id",
        "type, text_order, id",
    ],
    "organization": [
        "leader_id, name_key, id",
        "leader_id, text_order, id",
        "name_key, id",
        "origin_id, name_key, id",
        "origin_id, text_order, id",
        "parent_id, name_key, id",
        "parent_id, text_order, id",
        "place_id, name_key, id",
        "place_id, text_order, id",
        "text_order, id",
        "type, name_key, id",
        "type, text_order, id",
    ],
    "company": [
        "city_id, legal_form_key, id",
        "city_id, name_key, id",
        "city_id, text_order, id",
        "legal_form_key, id",
        "legal_form_key, name_key, id",
        "legal_form_key, text_order, id",
        "name_key, id",
        "text_order, id",
    ],
    "person": [
        "is_official, name_key, id",
        "is_official, position_key, id",
        "is_official, text_order, id",
        "name_key, id",
        "organization_id, name_key, id",
        "organization_id, position_key, id",
        "organization_id, text_order, id",
        "position_key, id",
        "position_key, name_key, id",
        "position_key, text_order, id",
        "territory_id, name_key, id",
        "territory_id, position_key, id",
        "territory_id, text_order, id",
        "text_order, id",
    ],
    "event": [
        "date_end_key, date_key, id",
        "date_key, id",
        "day, date_key, id",
        "day, name_key, id",
        "day, text_order, id",
        "month, date_key, id",
        "month, day, id",
        "month, name_key, id",
        "month, text_order, id",
        "name_key, id",
        "parent_id, date_key, id",
        "parent_id, name_key, id",
        "parent_id, text_order, id",
        "place_id, date_key, id",
        "place_id, name_key, id",
        "place_id, text_order, id",
        "text_order, id",
        "type, date_key, id",
        "type, name_key, id",
        "type, text_order, id",
        "venue_id, date_key, id",
        "venue_id, name_key, id",
        "venue_id, text_order, id",
        "year, date_key, id",
        "year, name_key, id",
        "year, text_order, id",
    ],
    "document": [
        "language, name_key, id",
        "language, text_order, id",
        "name_key, id",
        "text_order, id",
    ],
    "agreement": [
        "attributed_to_id, name_key, id",
        "attributed_to_id, text_order, id",
        "name_key, id",
        "occasion_id, name_key, id",
        "occasion_id, text_order, id",
        "signed_in_id, name_key, id",
        "signed_in_id, text_order, id",
        "status, name_key, id",
        "status, text_order, id",
        "text_order, id",
        "type, name_key, id",
        "type, text_order, id",
    ],
    "quotation": [
        "name_key, id",
        "speaker_id, name_key, id",
        "speaker_id, text_order, id",
        "text_order, id",
    ],
    "fact": [
        "predicate, id",
        "predicate, text_order, id",
        "predicate, value_key, subject_id",
        "subject_id, predicate, text_order, id",
        "subject_id, text_order, id",
        "support, predicate, id",
        "support, text_order, id",
        "text_order, id",
    ],
    "evidence": [
        "document_id, start, end, fact_id",
        "length_class, start, end, fact_id, predicate",
    ],
    "stored_count": [
        "list, facet, negative_count, label_key, value",
    ],
    "search_entry": [
        "exact_key, rank",
        "words, name_key, entity_id",
    ],
}
# Of facts: the columns, and the condition of the rows that are indexed
PARTIAL_INDEXES = {
    "attributed_to_id, predicate, id": "attributed_to_id IS NOT NULL",
    "attributed_to_id, text_order, id": "attributed_to_id IS NOT NULL",
    "object_id, object_head, predicate": "object_head",
    "object_id, predicate, text_order, id": "object_id IS NOT NULL",
    "object_id, text_order, id": "object_id IS NOT NULL",
    "subject_id, object_id, predicate": "object_id IS NOT NULL",
    "subject_id, subject_head, predicate": "subject_head",
    "value_key, text_order, id": "value_key <> ''",
}

# Tables that refer to others stand before these.
TABLES = [
    "fact_search",
    "entity_search",
    "revision",
    "spelling",
    "name_word",
    "search_entry",
    "stored_count",
    "item",
    "evidence",
    "fact",
    "quotation",
    "agreement",
    "document",
    "event",
    "person",
    "company",
    "organization",
    "place",
    "entity",
]


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "entity",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('company', 'person', 'organization', 'place', 'event', 'agreement', 'quotation', 'document')",
            name=op.f("ck_entity_kind"),
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_entity_name")),
        sa.CheckConstraint("length(slug) BETWEEN 1 AND 100", name=op.f("ck_entity_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("kind", "slug", name=op.f("uq_entity_kind_slug")),
    )
    op.create_table(
        "place",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=True),
        sa.Column("parent_id", BIG, nullable=True),
        sa.CheckConstraint(
            "type IN ('country', 'region', 'city', 'venue')", name=op.f("ck_place_type")
        ),
        _reference("place", "id", "entity"),
        _reference("place", "parent_id", "place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_table(
        "organization",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=True),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("origin_id", BIG, nullable=True),
        sa.Column("leader_id", BIG, nullable=True),
        sa.Column("opened", TEXT, nullable=True),
        sa.CheckConstraint(
            "type IN ('public_body', 'department', 'delegation', 'museum', 'school')",
            name=op.f("ck_organization_type"),
        ),
        _reference("organization", "id", "entity"),
        _reference("organization", "leader_id", "entity"),
        _reference("organization", "origin_id", "place"),
        _reference("organization", "parent_id", "organization"),
        _reference("organization", "place_id", "place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_table(
        "company",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("legal_form", TEXT, nullable=True),
        sa.Column("legal_form_key", TEXT, nullable=False),
        sa.Column("city_id", BIG, nullable=True),
        _reference("company", "city_id", "place"),
        _reference("company", "id", "entity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "person",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("is_official", sa.Boolean(), nullable=False),
        sa.Column("position", TEXT, nullable=True),
        sa.Column("position_key", TEXT, nullable=False),
        sa.Column("post", TEXT, nullable=True),
        sa.Column("organization_id", BIG, nullable=True),
        sa.Column("territory_id", BIG, nullable=True),
        _reference("person", "id", "entity"),
        _reference("person", "organization_id", "organization"),
        _reference("person", "territory_id", "place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "event",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=True),
        sa.Column("date", TEXT, nullable=True),
        sa.Column("date_text", TEXT, nullable=True),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("month", sa.SmallInteger(), nullable=True),
        sa.Column("day", sa.SmallInteger(), nullable=True),
        sa.Column("date_key", sa.Integer(), nullable=False),
        sa.Column("date_end_key", sa.Integer(), nullable=False),
        sa.Column("venue_id", BIG, nullable=True),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("enterprise_count", sa.Integer(), nullable=True),
        sa.CheckConstraint("date_key <= date_end_key", name=op.f("ck_event_date_order")),
        sa.CheckConstraint("day BETWEEN 1 AND 31", name=op.f("ck_event_day")),
        sa.CheckConstraint("day IS NULL OR month IS NOT NULL", name=op.f("ck_event_day_of_month")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_event_month")),
        sa.CheckConstraint("enterprise_count >= 0", name=op.f("ck_event_enterprise_count")),
        sa.CheckConstraint(
            "type IN ('city_days', 'trade_mission', 'business_programme', 'exhibition', 'contact_exchange', 'visit', 'familiarization', 'match')",
            name=op.f("ck_event_type"),
        ),
        _reference("event", "id", "entity"),
        _reference("event", "parent_id", "event"),
        _reference("event", "place_id", "place"),
        _reference("event", "venue_id", "entity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_table(
        "document",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("files_sha256", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.CheckConstraint("length(files_sha256) = 64", name=op.f("ck_document_files_sha256")),
        sa.CheckConstraint("length(text) = length", name=op.f("ck_document_length")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_document_sha256")),
        _reference("document", "id", "entity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("occasion_id", BIG, nullable=True),
        sa.Column("signed_on", TEXT, nullable=True),
        sa.Column("signed_in_id", BIG, nullable=True),
        sa.Column("attributed_to_id", BIG, nullable=True),
        sa.CheckConstraint(
            "status IN ('signed', 'ready_to_sign')", name=op.f("ck_agreement_status")
        ),
        sa.CheckConstraint(
            "type IN ('sister_city', 'intent', 'protocol_of_intent')",
            name=op.f("ck_agreement_type"),
        ),
        _reference("agreement", "attributed_to_id", "person"),
        _reference("agreement", "id", "entity"),
        _reference("agreement", "occasion_id", "event"),
        _reference("agreement", "signed_in_id", "place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_table(
        "quotation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("speaker_id", BIG, nullable=True),
        _reference("quotation", "id", "entity"),
        _reference("quotation", "speaker_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation")),
    )
    op.create_table(
        "fact",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("predicate", TEXT, nullable=False),
        sa.Column("object_id", BIG, nullable=True),
        sa.Column("value", TEXT, nullable=True),
        sa.Column("value_key", TEXT, nullable=False),
        sa.Column("support", TEXT, nullable=False),
        sa.Column("attributed_to_id", BIG, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("subject_head", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("object_head", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.CheckConstraint(
            "(object_id IS NULL) <> (value IS NULL)", name=op.f("ck_fact_object_or_value")
        ),
        sa.CheckConstraint(
            "support <> 'inferred' OR reason IS NOT NULL", name=op.f("ck_fact_reason")
        ),
        sa.CheckConstraint(
            "support IN ('stated', 'entailed', 'inferred')", name=op.f("ck_fact_support")
        ),
        _reference("fact", "attributed_to_id", "entity"),
        _reference("fact", "object_id", "entity"),
        _reference("fact", "subject_id", "entity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_table(
        "evidence",
        sa.Column("fact_id", BIG, nullable=False),
        sa.Column("text_order", TEXT, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("support", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("exact", TEXT, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("suffix", TEXT, nullable=False),
        sa.Column("length_class", sa.Integer(), nullable=False),
        sa.Column("predicate", TEXT, nullable=False),
        sa.CheckConstraint('length(exact) = "end" - start', name=op.f("ck_evidence_exact")),
        sa.CheckConstraint(
            "support <> 'inferred' OR reason IS NOT NULL", name=op.f("ck_evidence_reason")
        ),
        sa.CheckConstraint('0 <= start AND start < "end"', name=op.f("ck_evidence_span")),
        sa.CheckConstraint(
            "support IN ('stated', 'entailed', 'inferred')", name=op.f("ck_evidence_support")
        ),
        _reference("evidence", "document_id", "document"),
        _reference("evidence", "fact_id", "fact"),
        sa.PrimaryKeyConstraint("fact_id", "text_order", "start", "end", name=op.f("pk_evidence")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item",
        sa.Column("list", TEXT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("list", "id", name=op.f("pk_item")),
    )
    op.create_table(
        "stored_count",
        sa.Column("list", TEXT, nullable=False),
        sa.Column("facet", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("label_key", TEXT, nullable=False),
        sa.Column("negative_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("list", "facet", "key", name=op.f("pk_stored_count")),
    )
    op.create_table(
        "search_entry",
        sa.Column("rank", BIG, nullable=False),
        sa.Column("entity_id", BIG, nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("exact_key", TEXT, nullable=False),
        sa.Column("passages", TEXT, nullable=False),
        _reference("search_entry", "entity_id", "entity"),
        sa.PrimaryKeyConstraint("rank", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("entity_id", name=op.f("uq_search_entry_entity_id")),
    )
    op.create_table(
        "name_word",
        sa.Column("word", TEXT, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_name_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spelling",
        sa.Column("spelling", TEXT, nullable=False),
        sa.Column("word", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("spelling", "word", name=op.f("pk_spelling")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", TEXT, nullable=False),
        sa.Column("code_hash", TEXT, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_revision_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    for table, indexes in INDEXES.items():
        for columns in indexes:
            _create_index(table, columns)
    for columns, condition in PARTIAL_INDEXES.items():
        is_flag = condition.isidentifier()
        _create_index(
            "fact",
            columns,
            # SQLite has no booleans, and compares the condition's text with that of a query.
            sqlite_where=sa.text(f"{condition} = 1" if is_flag else condition),
            postgresql_where=sa.text(condition),
        )
    _create_search_indexes()


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=name, deferrable=True, initially="DEFERRED"
    )


def _create_index(table: str, columns: str, **where: Any) -> None:
    names = columns.split(", ")
    op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, names, **where)


def _create_search_indexes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Only the index is stored, of facts without the positions of tokens. The tokenizer "ascii"
        # leaves all other letters of a token as they are. Prefixes of three letters are few enough
        # in facts to be scanned.
        options = "content='', columnsize=0, tokenize='ascii'"
        op.execute(
            "CREATE VIRTUAL TABLE entity_search USING fts5(name, value, evidence, kind, "
            f"{options}, detail=column, prefix='1 2 3')"
        )
        op.execute(
            "CREATE VIRTUAL TABLE fact_search USING fts5(value, "
            f"{options}, detail=none, prefix='1 2')"
        )
        return
    for name in ("entity_search", "fact_search"):
        op.execute(
            f"CREATE TABLE {name} "
            f"(rowid bigint CONSTRAINT pk_{name} PRIMARY KEY, tokens tsvector NOT NULL)"
        )
        op.execute(f"CREATE INDEX ix_{name}_tokens ON {name} USING gin (tokens)")


def downgrade() -> None:
    """Undo the change."""
    for name in TABLES:
        op.drop_table(name)
