"""The command: ``python -m seed`` loads, or checks, measures or makes up documents."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.coverage import measure
from app.settings import get_settings
from app.vocabulary import COLLECTIONS
from seed.dataset import Dataset
from seed.errors import SeedError
from seed.files import read_documents
from seed.generate import generate
from seed.load import DatabaseError, load

DOCUMENTS = Path(__file__).parent / "documents"


def summary(dataset: Dataset) -> str:
    """Return how many records of each kind and how many facts there are, a line each."""
    rows = dataset.rows()
    counts = {collection: len(rows[kind]) for kind, collection in COLLECTIONS.items()}
    counts |= {"facts": len(rows["fact"]), "spans of evidence": len(rows["evidence"])}
    width = max(map(len, counts))
    return "\n".join(f"  {name:<{width}} {number:>7,}" for name, number in counts.items())


def coverage(dataset: Dataset) -> str:
    """Return each document's coverage, and the sentences without evidence."""
    lines = []
    for document in dataset.documents.values():
        spans = [
            span
            for fact in dataset.facts.values()
            for slug, span in fact.evidence
            if slug == document.slug
        ]
        found = measure(document.text, spans)
        lines.append(
            f"{document.slug}: evidence covers {found.covered:,} of {found.characters:,} "
            f"characters ({found.share:.1%}); sentences without evidence: {len(found.bare)}"
        )
        lines += [f"  [{span.start}, {span.end}) {text}" for span, text in found.bare]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after saying what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m seed", description=__doc__)
    parser.add_argument(
        "command",
        nargs="?",
        default="load",
        choices=["load", "check", "coverage", "generate"],
        help="load into the database of DATABASE_URL (default), check the files without a "
        "database, tell what share of the texts some evidence covers, or make documents up",
    )
    parser.add_argument(
        "--documents", type=Path, default=DOCUMENTS, help="the folder of the documents"
    )
    parser.add_argument("--facts", type=int, default=10_000, help="how many facts to generate")
    parser.add_argument("--seed", type=int, default=1, help="the number that decides which")
    asked = parser.parse_args(arguments)
    if asked.command == "generate":
        if asked.documents == DOCUMENTS:
            parser.error("generate needs --documents: these are real")
        print(f"Generated {generate(asked.documents, asked.facts, asked.seed):,} facts")
        return 0
    try:
        dataset = Dataset(read_documents(asked.documents))
        if asked.command == "coverage":
            print(coverage(dataset))
        elif asked.command == "check":
            print(f"All quotes found, each once:\n{summary(dataset)}")
        else:
            changed = load(dataset.rows(), get_settings().database_url)
            print(f"{'Loaded' if changed else 'Loaded already'}:\n{summary(dataset)}")
    except (SeedError, DatabaseError) as error:
        print(f"Nothing was loaded. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
