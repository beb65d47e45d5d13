"""Search indexes: changed row by row, they are those of a load from nothing."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from app.db.engine import make_engine
from app.models import SearchEntry
from app.models.search import RANK_GAP
from seed.load.pipeline import Tuning, load
from tests.databases import Databases
from tests.helpers import value_fact, write_documents
from tests.seed.load.states import differences, read_state

CHANGING = Tuning(fill_above=1000)


def companies(root: Path, numbers: Iterable[int], product: str) -> Path:
    """Write a document of companies, one of them with a product; return the folder."""
    facts = {f"c{number}": [value_fact("name", f"Завод {number:03}")] for number in numbers}
    facts["c900"] = [value_fact("name", "Завод 900"), value_fact("product", product)]
    return write_documents(root, {"a": {"companies": facts}})


def read_ranks(url: str) -> dict[int, int]:
    engine = make_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(col(SearchEntry.entity_id), col(SearchEntry.rank)))
        ranks = {row.entity_id: row.rank for row in rows}
    engine.dispose()
    return ranks


def test_indexes_follow_entries_that_make_room(
    databases: Databases, fresh_url: str, tmp_path: Path
) -> None:
    # Three hundred names find no room between two, so that others move; one of these changes, too.
    load(companies(tmp_path / "first", [100, 901], "сталь"), fresh_url)
    first = read_ranks(fresh_url)
    assert set(first.values()) == {RANK_GAP * number for number in range(1, len(first) + 1)}
    changed = companies(tmp_path / "second", [100, *range(300, 600), 901], "чугун")
    load(changed, fresh_url, tuning=CHANGING)
    ranks = read_ranks(fresh_url)
    assert [id_ for id_, rank in first.items() if ranks[id_] != rank]
    with databases.migrated() as url:
        load(changed, url)
        assert differences(read_state(fresh_url), read_state(url)) == []
