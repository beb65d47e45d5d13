"""The source: facts whose evidence several documents share."""

from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from app.db.engine import make_engine
from app.models import Evidence, Fact, metadata
from seed.load.pipeline import load, loaded
from tests.seed.test_seed import FACTS, TEXT, write


def test_two_documents_give_evidence_of_one_fact(tmp_path: Path, fresh_url: str) -> None:
    root = tmp_path / "documents"
    inferred = FACTS.replace(
        "«Сибирь» из Омска}", "«Сибирь» из Омска, support: inferred, reason: r}"
    )
    write(root, "a", facts=inferred)
    write(root, "b", text=TEXT + " Всё.")
    assert load(root, fresh_url)
    assert loaded(fresh_url).items() >= {"documents": 2, "companies": 1, "facts": 5}.items()
    engine = make_engine(fresh_url)
    with engine.connect() as connection:
        (city,) = connection.execute(
            select(metadata.tables["fact"]).where(col(Fact.predicate) == "city")
        )
        assert (city.support, city.reason) == ("stated", None)
        spans = select(metadata.tables["evidence"]).where(col(Evidence.fact_id) == city.id)
        assert [
            (span.text_order.partition("#")[0], span.support, span.reason)
            for span in connection.execute(spans.order_by(col(Evidence.text_order)))
        ] == [("a", "inferred", "r"), ("b", "stated", None)]
    engine.dispose()
