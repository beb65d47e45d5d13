"""Count changes: stored counts that are kept up to date equal those counted from nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, column, delete, insert, select, table, text

from app.db.engine import make_engine
from app.domain.ids import entity_id
from app.domain.text import KEY_LENGTH, fold
from app.materialize import count_rows, read_touched, store_counts, update_stored_counts
from app.models import StoredCount, metadata

Rows = dict[str, dict[Any, dict[str, Any]]]
"""Rows by table and key."""

DOCUMENTS = ("first", "second")
RECORDS = {
    "omsk": "place",
    "pavlodar": "place",
    "akimat": "organization",
    "mir": "company",
    "sibir": "company",
    "ivanov": "person",
    "petrov": "person",
    "fair": "event",
    "forum": "event",
    "pact": "agreement",
    "words": "quotation",
}
KINDS = RECORDS | dict.fromkeys(DOCUMENTS, "document")
IDS = {slug: entity_id(kind, slug) for slug, kind in KINDS.items()}
STATEMENTS: tuple[tuple[str, str, str], ...] = (
    ("fair", "exhibitor", "mir"),
    ("fair", "participant", "mir"),
    ("fair", "exhibitor", "sibir"),
    ("forum", "exhibitor", "mir"),
    ("fair", "participant", "ivanov"),
    ("forum", "participant", "ivanov"),
    ("forum", "host", "akimat"),
    ("pact", "party", "omsk"),
    ("pact", "party", "mir"),
    ("pact", "signatory", "ivanov"),
    ("words", "mention", "omsk"),
    ("words", "mention", "mir"),
    ("mir", "brand", "Доброешка"),
    ("mir", "brand", "«Доброешка»"),
    ("sibir", "brand", "доброешка"),
    ("sibir", "product", "хлеб"),
    ("mir", "product", "х" * (KEY_LENGTH + 1)),
    ("pact", "sphere", "культура"),
)
"""Facts of which a state has some; both ends of them must be there."""
PLACES = st.sampled_from([None, "omsk", "pavlodar"])
# Of «Ооо» and «ООО» either may be the first printed form of their key.
FORMS = st.sampled_from([None, "ООО", "Ооо", "ЗАО", "ф" * (KEY_LENGTH + 1)])
TYPED = {
    "place": st.fixed_dictionaries({"type": st.sampled_from([None, "city"]), "parent_id": PLACES}),
    "organization": st.fixed_dictionaries({"place_id": PLACES}),
    "company": st.fixed_dictionaries({"city_id": PLACES, "legal_form": FORMS}),
    "person": st.fixed_dictionaries(
        {
            "is_official": st.booleans(),
            "position": st.sampled_from([None, "мэр", "Мэр"]),
            "territory_id": PLACES,
        }
    ),
    "event": st.fixed_dictionaries(
        {
            "year": st.sampled_from([None, 2013]),
            "date_key": st.sampled_from([0, 2013_10_14, 2013_11_01]),
            "date_end_key": st.just(2013_11_30),
            "venue_id": st.sampled_from([None, "omsk", "akimat"]),
        }
    ),
    "agreement": st.fixed_dictionaries({"status": st.sampled_from([None, "signed"])}),
    "quotation": st.fixed_dictionaries(
        {"text": st.just("т"), "speaker_id": st.sampled_from([None, "ivanov"])}
    ),
}
RECORD = {
    slug: record | record | record | st.none()
    for slug, kind in RECORDS.items()
    for record in [st.tuples(st.sampled_from(["А", "Б"]), TYPED[kind])]
}
FACT = st.fixed_dictionaries(
    {
        "support": st.sampled_from(["stated", "entailed"]),
        "attributed_to_id": st.sampled_from([None, "ivanov"]),
        "documents": st.sets(st.sampled_from(DOCUMENTS), min_size=1),
    }
)
STATES = st.tuples(
    st.fixed_dictionaries(RECORD),
    st.dictionaries(st.sampled_from(range(len(STATEMENTS))), FACT),
)


def rows_of(state: Any) -> Rows:
    """Return the rows of a state, without references to records that aren't there."""
    records, facts = state
    there = {slug for slug, record in records.items() if record}
    rows: Rows = {name: {} for name in ("entity", *KINDS.values(), "fact", "evidence")}
    for slug in DOCUMENTS:
        add_record(rows, slug, "Документ", {"text": "т", "language": "ru", "length": 1})
    for slug in sorted(there):
        name, typed = records[slug]
        add_record(
            rows,
            slug,
            name,
            {
                column: (IDS[value] if value in there else None)
                if column.endswith("_id") and value
                else value
                for column, value in typed.items()
            },
        )
    for number, fact in sorted(facts.items()):
        subject, _, end = STATEMENTS[number]
        if subject in there and (end in there or end not in RECORDS):
            speaker = fact["attributed_to_id"]
            add_fact(
                rows, number, fact | {"attributed_to_id": speaker if speaker in there else None}
            )
    return rows


def add_record(rows: Rows, slug: str, name: str, typed: Mapping[str, Any]) -> None:
    """Add the entity of a record and its typed row."""
    kind, key = KINDS[slug], IDS[slug]
    rows["entity"][key] = {"id": key, "kind": kind, "slug": slug, "name": name, "name_key": name}
    row = {"id": key, "name_key": name, "text_order": "", **typed}
    if kind == "company":
        row["legal_form_key"] = fold(row.get("legal_form") or "")[:KEY_LENGTH]
    if kind == "person":
        row["position_key"] = fold(row.get("position") or "")
    if kind == "document":
        row |= {"sha256": "0" * 64, "files_sha256": "0" * 64, "signature": ""}
    rows[kind][key] = row


def add_fact(rows: Rows, number: int, fact: Mapping[str, Any]) -> None:
    """Add a fact and its evidence."""
    subject, predicate, end = STATEMENTS[number]
    speaker = fact["attributed_to_id"]
    is_value = end not in RECORDS
    both = {"support": fact["support"], "predicate": predicate, "text_order": ""}
    rows["fact"][number] = {
        "id": number,
        "subject_id": IDS[subject],
        "object_id": None if is_value else IDS[end],
        "value": end if is_value else None,
        "value_key": fold(end) if is_value and len(end) <= KEY_LENGTH else "",
        "attributed_to_id": speaker and IDS[speaker],
        **both,
    }
    for document in fact["documents"]:
        rows["evidence"][number, document] = {
            "fact_id": number,
            "document_id": IDS[document],
            "start": 0,
            "end": 1,
            "exact": "т",
            "prefix": "",
            "suffix": "",
            "length_class": 32,
            **both,
            "text_order": document,
        }


def write(connection: Connection, rows: Rows) -> None:
    """Replace all rows."""
    for name in reversed(rows):
        connection.execute(delete(metadata.tables[name]))
    for name, each in rows.items():
        if each:
            connection.execute(insert(metadata.tables[name]), list(each.values()))


def name_touched(connection: Connection, old: Rows, new: Rows) -> None:
    """Fill the temporary tables with what differs between two states."""

    def changed(name: str) -> set[Any]:
        keys = old[name].keys() | new[name].keys()
        return {key for key in keys if old[name].get(key) != new[name].get(key)}

    evidence = changed("evidence")
    touched = {
        "touched_entity": set().union(*(changed(name) for name in ("entity", *KINDS.values()))),
        "touched_fact": changed("fact") | {fact for fact, _ in evidence},
        "changed_document": {IDS[document] for _, document in evidence},
    }
    name_ids(connection, touched)


def name_ids(connection: Connection, touched: Mapping[str, set[int]]) -> None:
    """Fill the temporary tables with ids."""
    for name, ids in touched.items():
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} (id BIGINT PRIMARY KEY)"))
        if ids:
            rows = [{"id": key} for key in sorted(ids)]
            connection.execute(insert(table(name, column("id"))), rows)


def stored(connection: Connection) -> list[tuple[Any, ...]]:
    columns = metadata.tables[str(StoredCount.__tablename__)].columns
    return sorted(tuple(row) for row in connection.execute(select(*columns)))


def counted(connection: Connection) -> list[tuple[Any, ...]]:
    columns = metadata.tables[str(StoredCount.__tablename__)].columns
    return sorted(tuple(row[each.name] for each in columns) for row in count_rows(connection))


@contextmanager
def undone(url: str) -> Iterator[Connection]:
    """Yield a connection whose changes are undone."""
    engine = make_engine(url, writing=True)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def test_updated_counts_equal_those_counted_from_nothing(fresh_url: str) -> None:
    @settings(max_examples=60, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(states=st.lists(STATES, min_size=2, max_size=4))
    def check(states: list[Any]) -> None:
        with undone(fresh_url) as connection:
            old = rows_of(states[0])
            write(connection, old)
            store_counts(connection)
            for new in map(rows_of, states[1:]):
                name_touched(connection, old, new)
                before = read_touched(connection)
                write(connection, new)
                update_stored_counts(connection, before)
                assert stored(connection) == counted(connection)
                old = new

    check()
