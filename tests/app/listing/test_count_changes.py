"""Count changes: stored counts that are kept up to date equal those counted from nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, column, delete, insert, select, table, text

from app.db.engine import make_engine
from app.domain.ids import entity_id
from app.domain.text import KEY_LENGTH, fold
from app.materialize import count_rows, read_touched, store_counts, update_stored_counts
from app.models import StoredCount, metadata

Rows = dict[str, dict[Any, dict[str, Any]]]
"""Rows by table and key."""

DOCUMENTS = ("document/first", "document/second")
RECORDS = (
    "place/omsk",
    "place/pavlodar",
    "organization/akimat",
    "company/mir",
    "company/sibir",
    "person/ivanov",
    "person/petrov",
    "event/fair",
    "event/forum",
    "agreement/pact",
    "quotation/words",
)
STATEMENTS = (
    ("event/fair", "exhibitor", "company/mir"),
    ("event/fair", "participant", "company/mir"),
    ("event/fair", "exhibitor", "company/sibir"),
    ("event/forum", "exhibitor", "company/mir"),
    ("event/fair", "participant", "person/ivanov"),
    ("event/forum", "participant", "person/ivanov"),
    ("event/forum", "host", "organization/akimat"),
    ("agreement/pact", "party", "place/omsk"),
    ("agreement/pact", "party", "company/mir"),
    ("agreement/pact", "signatory", "person/ivanov"),
    ("quotation/words", "mention", "place/omsk"),
    ("quotation/words", "mention", "company/mir"),
    ("company/mir", "brand", "Доброешка"),
    ("company/mir", "brand", "«Доброешка»"),
    ("company/sibir", "brand", "доброешка"),
    ("company/sibir", "product", "хлеб"),
    ("company/mir", "product", "х" * (KEY_LENGTH + 1)),
    ("agreement/pact", "sphere", "культура"),
)
"""Facts by number: subject, predicate, and object or value."""

PLACES = st.sampled_from([None, "place/omsk", "place/pavlodar"])
TYPED: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "place": {"type": st.sampled_from([None, "city"]), "parent_id": PLACES},
    "organization": {"place_id": PLACES},
    "company": {
        "city_id": PLACES,
        # «ООО» and «Ооо» are one value, and the first of them is shown.
        "legal_form": st.sampled_from(["ООО", "Ооо", None, "ф" * (KEY_LENGTH + 1)]),
    },
    "person": {
        "is_official": st.booleans(),
        "position": st.sampled_from([None, "мэр", "Мэр"]),
        "territory_id": PLACES,
    },
    "event": {
        "year": st.sampled_from([None, 2013]),
        "date_key": st.sampled_from([0, 2013_10_14, 2013_11_01]),
        "date_end_key": st.just(2013_11_30),
        "venue_id": st.sampled_from([None, "place/omsk", "organization/akimat"]),
    },
    "agreement": {"status": st.sampled_from([None, "signed"])},
    "quotation": {"speaker_id": st.sampled_from([None, "person/ivanov"])},
}
NAMED: dict[Any, Any] = {
    record: st.tuples(
        st.sampled_from(["А", "Б"]), st.fixed_dictionaries(TYPED[record.partition("/")[0]])
    )
    for record in RECORDS
}
FACTS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "support": st.sampled_from(["stated", "entailed"]),
        "attributed_to_id": st.sampled_from([None, "person/ivanov"]),
        "documents": st.sets(st.sampled_from(DOCUMENTS), min_size=1),
    }
)
STATES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    NAMED, optional=dict.fromkeys(range(len(STATEMENTS)), FACTS)
)
"""Records by name and facts by number."""
LOADS = st.lists(
    st.one_of(
        *(st.tuples(st.just(record), st.none() | new) for record, new in NAMED.items()),
        *(st.tuples(st.just(number), st.none() | FACTS) for number in range(len(STATEMENTS))),
    ),
    min_size=1,
    max_size=3,
)
"""Records and facts that replace others, and None where one goes."""


def id_of(record: str) -> int:
    return entity_id(*record.split("/"))


def rows_of(state: Mapping[Any, Any]) -> Rows:
    """Return the rows of a state, without references to records that aren't there."""
    rows: Rows = {name: {} for name in ("entity", *TYPED, "document", "fact", "evidence")}
    there = {record for record in RECORDS if state.get(record)}

    def reference(record: str | None) -> int | None:
        return id_of(record) if record in there else None

    for document in DOCUMENTS:
        add_document(rows, document)
    for record in sorted(there):
        name, typed = state[record]
        ids = {key: reference(typed[key]) for key in typed if key.endswith("_id")}
        add_record(rows, record, name, typed | ids)
    for number, statement in enumerate(STATEMENTS):
        fact = state.get(number)
        if fact and all(end in there for end in statement if "/" in end):
            fact = fact | {"attributed_to_id": reference(fact["attributed_to_id"])}
            add_fact(rows, number, statement, fact)
    return rows


def add_document(rows: Rows, document: str) -> None:
    typed = {"text": "т", "language": "ru", "length": 1, "signature": ""}
    hashes = dict.fromkeys(("sha256", "files_sha256"), "0" * 64)
    add_record(rows, document, "Документ", typed | hashes)


def add_record(rows: Rows, record: str, name: str, typed: Mapping[str, Any]) -> None:
    """Add the entity of a record and its typed row."""
    kind, slug = record.split("/")
    key = id_of(record)
    rows["entity"][key] = {"id": key, "kind": kind, "slug": slug, "name": name, "name_key": name}
    row = {"id": key, "name_key": name, "text_order": "", **typed}
    match kind:
        case "company":
            row["legal_form_key"] = fold(row.get("legal_form") or "")[:KEY_LENGTH]
        case "person":
            row["position_key"] = fold(row.get("position") or "")
        case "quotation":
            row["text"] = "т"
    rows[kind][key] = row


def add_fact(
    rows: Rows, number: int, statement: tuple[str, str, str], fact: Mapping[str, Any]
) -> None:
    """Add a fact and its evidence."""
    subject, predicate, end = statement
    is_value = "/" not in end
    both = {"support": fact["support"], "predicate": predicate}
    rows["fact"][number] = {
        "id": number,
        "subject_id": id_of(subject),
        "object_id": None if is_value else id_of(end),
        "value": end if is_value else None,
        "value_key": fold(end) if is_value and len(end) <= KEY_LENGTH else "",
        "attributed_to_id": fact["attributed_to_id"],
        "text_order": "",
        **both,
    }
    for document in fact["documents"]:
        rows["evidence"][number, id_of(document)] = {
            "fact_id": number,
            "document_id": id_of(document),
            "text_order": document,
            "start": 0,
            "end": 1,
            "exact": "т",
            "prefix": "",
            "suffix": "",
            "length_class": 32,
            **both,
        }


def write(connection: Connection, rows: Rows) -> None:
    """Replace all rows."""
    for name in reversed(rows):
        connection.execute(delete(metadata.tables[name]))
    for name, each in rows.items():
        for row in each.values():
            connection.execute(insert(metadata.tables[name]), row)


def touch(connection: Connection, old: Rows, new: Rows, *, everything: bool = False) -> None:
    """Fill the temporary tables with what differs between two states, or with everything."""

    def changed(name: str) -> set[Any]:
        keys = old[name].keys() | new[name].keys()
        return {key for key in keys if everything or old[name].get(key) != new[name].get(key)}

    evidence = changed("evidence")
    touched = {
        "touched_entity": set().union(*map(changed, ("entity", *TYPED, "document"))),
        "touched_fact": changed("fact") | {fact for fact, _ in evidence},
        "changed_document": {document for _, document in evidence},
    }
    for name, ids in touched.items():
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} (id BIGINT PRIMARY KEY)"))
        if ids:
            rows = [{"id": key} for key in ids]
            connection.execute(insert(table(name, column("id"))), rows)


def stored(connection: Connection) -> list[Any]:
    columns = metadata.tables[str(StoredCount.__tablename__)].columns
    return sorted(tuple(row) for row in connection.execute(select(*columns)))


def counted(connection: Connection) -> list[Any]:
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


PROVED = {"support": "stated", "attributed_to_id": None, "documents": set(DOCUMENTS)}
OFFICIAL = ("А", {"is_official": True, "position": "мэр"})
CITIZEN = ("А", {"is_official": False, "position": "мэр"})
EVERY: dict[Any, Any] = {
    **dict.fromkeys(RECORDS, ("А", {})),
    **dict.fromkeys(range(len(STATEMENTS)), PROVED),
    "person/ivanov": OFFICIAL,
    "company/mir": ("А", {"legal_form": "Ооо"}),
    "company/sibir": ("А", {"legal_form": "ООО"}),
}
NO_BRANDS = EVERY | dict.fromkeys((12, 13, 14))


def test_updated_counts_equal_those_counted_from_nothing(fresh_url: str) -> None:
    # Somebody leaves the list of officials and comes back, with facts that don't change.
    @example(EVERY, [[("person/ivanov", CITIZEN)], [("person/ivanov", OFFICIAL)]], False)
    # Two forms of a brand come at once, and each goes by itself.
    @example(
        NO_BRANDS,
        [[(12, PROVED), (13, PROVED)], [(13, None)], [(14, PROVED)], [(12, None)]],
        False,
    )
    # The first printed form of a value goes, and comes back.
    @example(EVERY, [[("company/sibir", None)], [("company/sibir", EVERY["company/sibir"])]], False)
    # One of two facts that give a record the same value goes.
    @example(EVERY, [[(0, None)], [(1, None)], [(2, None)]], False)
    @settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(STATES, st.lists(LOADS, min_size=2, max_size=5), st.booleans())
    def check(state: dict[Any, Any], loads: list[Any], everything: bool) -> None:
        with undone(fresh_url) as connection:
            old = rows_of(state)
            write(connection, old)
            store_counts(connection)
            for edits in loads:
                state = state | dict(edits)
                new = rows_of(state)
                touch(connection, old, new, everything=everything)
                before = read_touched(connection)
                write(connection, new)
                update_stored_counts(connection, before)
                assert stored(connection) == counted(connection)
                old = new

    check()


def hub(members: int) -> Rows:
    """Return the rows of an event, a place and a company that every document names with others."""
    rows = rows_of(
        {
            "event/fair": ("А", {}),
            "place/omsk": ("А", {"type": "city"}),
            "company/mir": ("А", {"legal_form": "ООО"}),
        }
    )
    typed = {"city_id": id_of("place/omsk"), "legal_form": "ООО"}
    for number in range(members):
        company, document = f"company/c{number}", f"document/d{number}"
        fact = {"support": "stated", "attributed_to_id": None, "documents": [document]}
        add_document(rows, document)
        add_record(rows, company, "А", typed)
        add_fact(rows, 3 * number, ("event/fair", "exhibitor", company), fact)
        add_fact(rows, 3 * number + 1, (company, "brand", "Доброешка"), fact)
        add_fact(rows, 3 * number + 2, ("company/mir", "brand", f"brand {number}"), fact)
    return rows


def steps_beside(url: str, members: int) -> int:
    """Return the steps of SQLite for the counts when one of a number of members goes."""
    old = hub(members)
    new = rows_without(old, id_of("company/c0"), id_of("document/d0"))
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    with undone(url) as connection:
        driver: Any = connection.connection.dbapi_connection
        write(connection, old)
        store_counts(connection)
        touch(connection, old, new)
        driver.set_progress_handler(count, 1)
        before = read_touched(connection)
        driver.set_progress_handler(None, 1)
        write(connection, new)
        driver.set_progress_handler(count, 1)
        update_stored_counts(connection, before)
        driver.set_progress_handler(None, 1)
        assert stored(connection) == counted(connection)
    return steps


def rows_without(rows: Rows, company: int, document: int) -> Rows:
    """Return the rows without a company, a document and its facts, the event's name changed."""
    evidence = {key: row for key, row in rows["evidence"].items() if row["document_id"] != document}
    facts = {row["fact_id"] for row in evidence.values()}
    kept = {
        name: {key: row for key, row in each.items() if key not in {company, document}}
        for name, each in rows.items()
    }
    kept["fact"] = {key: row for key, row in rows["fact"].items() if key in facts}
    event = id_of("event/fair")
    kept["entity"][event] = kept["entity"][event] | {"name": "Б"}
    return kept | {"evidence": evidence}


@pytest.mark.sqlite
def test_the_cost_of_a_change_beside_a_hub_does_not_follow_its_members(fresh_url: str) -> None:
    few, many = steps_beside(fresh_url, 300), steps_beside(fresh_url, 1_200)
    assert many < 1.1 * few
