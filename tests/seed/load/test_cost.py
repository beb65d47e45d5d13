"""The cost of a change follows the change, even where it touches what every document names."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from seed.load.pipeline import Tuning, load
from tests.databases import Databases

CHANGING = Tuning(fill_above=10_000)
_STEPS = 100
"""The number of steps of SQLite's machine between two calls of a progress handler."""


def write_hub(root: Path, members: int) -> Path:
    """Write documents that all name the same city and event, and a company of their own each."""
    for number in range(members):
        folder = root / f"d{number:05}"
        folder.mkdir(parents=True)
        text = f"Заголовок. Завод {number} из города Омск на выставке Форум."
        (folder / "text.txt").write_text(text, encoding="utf-8")
        (folder / "document.yaml").write_text("title: Заголовок\nlanguage: ru\n", encoding="utf-8")
        company = f"zavod-{number}"
        facts = {
            "places": {"omsk": [fact("name", "Омск", "Омск"), fact("type", "city", "города Омск")]},
            "events": {
                "forum": [
                    fact("name", "Форум", "Форум"),
                    fact("participant", f"company/{company}", f"Завод {number} из", "object"),
                ]
            },
            "companies": {
                company: [
                    fact("name", f"Завод {number}", f"Завод {number}"),
                    fact("city", "place/omsk", "из города Омск", "object"),
                ]
            },
        }
        (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    return root


def fact(predicate: str, said: str, quote: str, what: str = "value") -> dict[str, str]:
    return {"predicate": predicate, what: said, "quote": quote, "support": "entailed"}


def steps_of_a_change(databases: Databases, root: Path) -> int:
    """Return the steps of SQLite's machine in a load of one document with other offsets."""
    counter: Counter[str] = Counter()

    def count(connection: Any, _record: object) -> None:
        connection.set_progress_handler(lambda: counter.update(["steps"]), _STEPS)

    with databases.migrated() as url:
        load(root, url)
        path = root / "d00007" / "text.txt"
        path.write_text(f"Я. {path.read_text(encoding='utf-8')}", encoding="utf-8")
        event.listen(Engine, "connect", count)
        try:
            assert load(root, url, tuning=CHANGING).changed == 1
        finally:
            event.remove(Engine, "connect", count)
    return counter["steps"] * _STEPS


@pytest.mark.sqlite
def test_a_further_document_adds_few_steps_to_a_change_near_hubs(
    databases: Databases, tmp_path: Path
) -> None:
    few, many = (
        steps_of_a_change(databases, write_hub(tmp_path / str(members), members))
        for members in (300, 1_200)
    )
    # Its hash is part of the revision, and six facts that it states are scanned for their texts.
    assert (many - few) / (1_200 - 300) < 250
