"""The command: ``python -m seed`` loads, or checks, measures or makes up documents."""

from app.command import OperatorError, operator_errors

# They take most of a second, in which Ctrl-C may come, too.
with operator_errors():
    import argparse
    import sys
    from collections.abc import Sequence
    from io import TextIOWrapper
    from pathlib import Path

    from app.domain.sentences import measure
    from app.settings import get_settings
    from seed.errors import SeedError
    from seed.files import document_folders, read_document
    from seed.generate import generate
    from seed.load import DatabaseError, check, load, loaded
    from seed.statements import evidence
    from seed.workers import collect_rarely

DOCUMENTS = Path(__file__).parent / "documents"


def summary(counts: dict[str, int]) -> str:
    """Return how many records of each kind and how many facts there are, a line each."""
    width = max(map(len, counts))
    return "\n".join(f"  {name:<{width}} {number:>9,}" for name, number in counts.items())


def coverage(folder: Path) -> str:
    """Return a document's coverage, and the sentences without evidence."""
    document = read_document(folder)
    found = measure(document.text, evidence(document))
    return "\n".join(
        [
            f"{document.slug}: evidence covers {found.covered:,} of {found.characters:,} "
            f"characters ({found.share:.1%}); sentences without evidence: {len(found.bare)}",
            *(f"  [{span.start}, {span.end}) {text}" for span, text in found.bare),
        ]
    )


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
        if asked.command == "coverage":
            for folder in document_folders(asked.documents):
                print(coverage(folder))
        elif asked.command == "check":
            print(f"All quotes found, each once:\n{summary(check(asked.documents))}")
        else:
            url = get_settings().database_url
            changed = load(asked.documents, url)
            print(f"{'Loaded' if changed else 'Loaded already'}:\n{summary(loaded(url))}")
    except (SeedError, DatabaseError, OperatorError) as error:
        print(f"Nothing was loaded. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    with operator_errors():
        if isinstance(sys.stdout, TextIOWrapper):
            # Not every encoding has the letters that are printed.
            sys.stdout.reconfigure(errors="backslashreplace")
        collect_rarely()
        sys.exit(main())
