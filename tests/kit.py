"""Small things that several tests use."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from seed.__main__ import DOCUMENTS

ROOT = Path(__file__).parent.parent

LISTS = (
    "/v1/companies",
    "/v1/officials",
    "/v1/people",
    "/v1/organizations",
    "/v1/places",
    "/v1/events",
    "/v1/agreements",
    "/v1/quotations",
    "/v1/documents",
    "/v1/facts",
)
WITH_FACTS = tuple(path for path in LISTS if path not in {"/v1/documents", "/v1/facts"})


class StatementCounter:
    """Collects the SQL statements that an engine runs."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Keep one statement, as an event listener."""
        if statement != "BEGIN":
            self.seen.append(statement)


def eventually(is_so: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so that another thread or process brings about; fail if it isn't."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.005)


Line = Mapping[str, str]


def made(root: Path, documents: Mapping[str, Mapping[str, Mapping[str, Sequence[Line]]]]) -> Path:
    """Return the folder of documents made up for a test: kind's section, record, lines of facts.

    Every line gets a quote of its own, and is taken for entailed, since nothing is printed.
    """
    for slug, sections in documents.items():
        folder = root / "documents" / slug
        folder.mkdir(parents=True)
        quotes: list[str] = []
        facts: dict[str, Any] = {}
        for section, records in sections.items():
            for record, lines in records.items():
                for line in lines:
                    quotes.append(f"[{slug} {len(quotes):05}]")
                    facts.setdefault(section, {}).setdefault(record, []).append(
                        {"support": "entailed", "quote": quotes[-1], **line}
                    )
        (folder / "text.txt").write_text(f"{slug}: {' '.join(quotes)}", encoding="utf-8")
        (folder / "document.yaml").write_text(f"title: '{slug}:'\nlanguage: ru\n")
        (folder / "facts.yaml").write_text(yaml.safe_dump(facts, allow_unicode=True))
    return root / "documents"


def changed(root: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Return the folder of the shipped documents, of which the facts have been changed."""
    shutil.copytree(DOCUMENTS, root)
    (path,) = root.glob("*/facts.yaml")
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(facts)
    path.write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    return root


def value(predicate: str, said: str, **more: str) -> Line:
    """Return a line whose fact has a value."""
    return {"predicate": predicate, "value": said, **more}


def tie(predicate: str, other: str, **more: str) -> Line:
    """Return a line whose fact has an object, such as `place/omsk`."""
    return {"predicate": predicate, "object": other, **more}
