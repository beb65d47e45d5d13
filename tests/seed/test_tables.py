"""The tables after a load: what a load of changes will rely on is derived from facts alone."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select
from sqlmodel import col

from app.db.engine import make_engine
from app.domain.ids import entity_id
from app.models import Document, Evidence, Fact, NameWord, Revision, SearchEntry, Spelling
from app.models.search import RANK_GAP
from app.schemas.facts import MAX_PER_PREDICATE
from app.search.analysis import name_tokens, normalize, split_words
from app.search.spelling import deletion_variants
from seed.extract.files import document_folders, files_sha256
from seed.load.pipeline import load
from tests.databases import Databases
from tests.helpers import relation_fact, value_fact, write_documents

MEMBERS = MAX_PER_PREDICATE + 5


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of two documents that say more facts of a city than are shown."""
    halves = [range(MEMBERS // 2 + 5), range(MEMBERS // 2, MEMBERS)]
    return write_documents(
        tmp_path_factory.mktemp("documents"),
        {
            slug: {
                "places": {
                    "omsk": [
                        value_fact("name", "Омск"),
                        *(value_fact("also_known_as", f"Омск {each}") for each in numbers),
                    ]
                },
                "companies": {
                    f"c{each}": [
                        value_fact("name", f"Завод {each} Завод"),
                        relation_fact("city", "place/omsk"),
                    ]
                    for each in numbers
                },
            }
            for slug, numbers in zip("ab", halves, strict=True)
        },
    )


@pytest.fixture(scope="module")
def connection(databases: Databases, documents: Path) -> Iterator[Connection]:
    """Yield a connection to a database with these documents."""
    with databases.migrated() as url:
        load(documents, url)
        engine = make_engine(url)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


@pytest.mark.parametrize(
    ("owner", "head"),
    [(Fact.subject_id, Fact.subject_head), (Fact.object_id, Fact.object_head)],
    ids=["subject", "object"],
)
def test_heads_are_the_first_facts_of_a_record_and_predicate(
    connection: Connection, owner: int, head: bool
) -> None:
    number = func.row_number().over(
        partition_by=(col(owner), col(Fact.predicate)),
        order_by=(col(Fact.text_order), col(Fact.id)),
    )
    rows = connection.execute(select(col(owner), col(head), number.label("number"))).all()
    assert max(row.number for row in rows if row[0] is not None) == MEMBERS
    for key, is_head, place in rows:
        assert is_head == (key is not None and place <= MAX_PER_PREDICATE)


def test_a_span_has_the_order_of_its_line(connection: Connection) -> None:
    orders = select(col(Fact.text_order), func.min(col(Evidence.text_order)), func.count()).join(
        Evidence, col(Evidence.fact_id) == col(Fact.id)
    )
    rows = connection.execute(orders.group_by(col(Fact.id), col(Fact.text_order))).all()
    assert all(first == order for order, first, _ in rows)
    assert {count for *_, count in rows} == {1, 2}
    documents = select(col(Evidence.text_order), col(Evidence.document_id)).distinct()
    for order, document_id in connection.execute(documents):
        assert document_id == entity_id("document", order.partition("#")[0])


def test_search_ranks_have_gaps(connection: Connection) -> None:
    order = (col(SearchEntry.words), col(SearchEntry.name_key), col(SearchEntry.entity_id))
    ranks = connection.execute(select(col(SearchEntry.rank)).order_by(*order)).scalars().all()
    assert ranks == [RANK_GAP * number for number in range(1, len(ranks) + 1)]


def test_a_name_word_counts_the_facts_that_have_it(connection: Connection) -> None:
    named = col(Fact.predicate).in_(["name", "also_known_as", "brand"])
    uses: Counter[str] = Counter()
    for name in map(str, connection.execute(select(col(Fact.value)).where(named)).scalars()):
        uses.update({name[word.start : word.end] for word in split_words(name)})
    rows = connection.execute(select(col(NameWord.word), col(NameWord.uses)))
    words = {row.word: row.uses for row in rows}
    assert words == uses
    assert words["Завод"] == MEMBERS
    spellings = connection.execute(select(col(Spelling.spelling), col(Spelling.word)))
    assert set(map(tuple, spellings)) == {
        (spelling, word)
        for word in words
        for token in name_tokens(normalize(word))
        for spelling in deletion_variants(token)
    }


def test_hashes_name_the_files_and_the_code(connection: Connection, documents: Path) -> None:
    stored = connection.execute(select(col(Document.id), col(Document.files_sha256)))
    assert {row.id: row.files_sha256 for row in stored} == {
        entity_id("document", folder.name): files_sha256(folder)
        for folder in document_folders(documents)
    }
    content, code = connection.execute(
        select(col(Revision.content_hash), col(Revision.code_hash))
    ).one()
    assert len(content) == len(code) == 64
    assert content != code
