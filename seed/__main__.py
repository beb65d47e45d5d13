"""The command: ``python -m seed`` loads, compares, verifies, drafts or makes up documents."""

import gc

from app.command import OperatorError, operator_errors

# What imports make lives as long as the process: to look for garbage in it took a third of their
# time, which is most of a second.
gc.disable()
# In that time Ctrl-C may come, too.
with operator_errors():
    import argparse
    import json
    import re
    import sys
    import time
    from collections.abc import Callable, Iterable, Sequence
    from io import TextIOWrapper
    from itertools import islice
    from pathlib import Path

    from app.settings import get_settings
    from seed.author.coverage import coverage
    from seed.errors import ErrorCollector, LoadError, SeedError, SeedErrors
    from seed.extract.files import document_folders
    from seed.load.pipeline import check, diff, load, loaded
    from seed.load.report import table_lines
    from seed.load.workers import relax_gc
    from seed.verify import verify
gc.freeze()
gc.enable()

DOCUMENTS = Path(__file__).parent / "documents"
FAILURES = {
    "load": "Nothing was loaded.",
    "diff": "Nothing was loaded.",
    "check": "Nothing was loaded.",
    "coverage": "Nothing was loaded.",
    "verify": "The database can't be verified.",
    "draft": "Nothing was drafted.",
    "generate": "The documents can't be generated.",
    "new": "The document can't be made.",
}
"""The commands, and how their error lines begin."""
_OPTIONS = {
    "load": ("--all", "--watch", "--verify-files"),
    "check": ("--json",),
    "generate": ("--facts", "--seed"),
    "new": ("--text", "--title", "--language", "--encoding"),
}
"""The options that one command alone takes."""
MAX_FINDINGS = 100


def whole_number(first: int, last: int) -> Callable[[str], int]:
    """Return an argparse type: whole numbers from ``first`` to ``last``."""

    def parse(text: str) -> int:
        if not re.fullmatch("[0-9]{1,12}", text) or not first <= int(text) <= last:
            raise argparse.ArgumentTypeError(f"not a whole number from {first:,} to {last:,}")
        return int(text)

    return parse


def _documents() -> Path:
    """Return the folder of the documents, as seen from the working directory if it is inside."""
    here = Path.cwd()
    return DOCUMENTS.relative_to(here) if DOCUMENTS.is_relative_to(here) else DOCUMENTS


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments of the command; exit with status 2 where they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m seed", description=__doc__)
    parser.add_argument(
        "command",
        nargs="?",
        default="load",
        choices=list(FAILURES),
        help="load what has changed into the database of DATABASE_URL (default), list what a load "
        "would change, check the files without a database, tell what share of the texts some "
        "evidence covers, compare the database with the documents and with itself, make a new "
        "document ID of a text, suggest facts of the document ID, or make documents up",
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="the document to make or to draft")
    parser.add_argument(
        "--documents", type=Path, default=_documents(), help="the folder of the documents"
    )
    parser.add_argument("--all", action="store_true", help="load everything anew, changed or not")
    parser.add_argument(
        "--watch", action="store_true", help="load again whenever a document is saved"
    )
    parser.add_argument(
        "--verify-files", action="store_true", help="hash all files, whatever their times tell"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the errors of a check as JSON, for editors"
    )
    parser.add_argument(
        "--facts", type=whole_number(1, 10**9), help="how many facts to generate (default: 10000)"
    )
    parser.add_argument(
        "--seed", type=whole_number(0, 10**9), help="the number that decides which (default: 1)"
    )
    parser.add_argument("--text", type=Path, help="the file with the text of a new document")
    parser.add_argument("--title", help="its title, which the text has (default: its first line)")
    parser.add_argument("--language", help="the code of its language (default: ru)")
    parser.add_argument("--encoding", help="the encoding of the text, where it isn't recognized")
    asked = parser.parse_args(arguments)
    _check_arguments(parser, asked)
    return asked


def _check_arguments(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> None:
    """Exit with status 2 where a command lacks an argument, or has one that it doesn't take."""
    for command, options in _OPTIONS.items():
        names = (option.removeprefix("--").replace("-", "_") for option in options)
        given = [value for name in names if (value := getattr(asked, name)) is not None]
        if asked.command != command and any(value is not False for value in given):
            *others, last = options
            listed = f"{', '.join(others)} and {last} are" if others else f"{last} is"
            parser.error(f"{listed} for {command} alone")
    if asked.command not in {"new", "draft"} and asked.id is not None:
        parser.error(f"{asked.command} takes no ID")
    if asked.command == "new" and (asked.id is None or asked.text is None):
        parser.error("new needs an ID and --text")
    if asked.command == "draft" and asked.id is None:
        parser.error("draft needs the ID of a document")
    if asked.command == "generate" and asked.documents == _documents():
        parser.error("generate needs --documents: these are real")


def run(asked: argparse.Namespace) -> int:
    """Run a command; return its exit status, or raise SeedErrors or LoadError."""
    match asked.command:
        case "generate":
            from seed.synthetic.generate import generate  # noqa: PLC0415 (a load starts without)

            seed = 1 if asked.seed is None else asked.seed
            print(f"Generated {generate(asked.documents, asked.facts or 10_000, seed):,} facts")
        case "new" | "draft":
            print("\n".join(run_author(asked)))
        case "coverage":
            errors = ErrorCollector()
            for folder in document_folders(asked.documents):
                with errors.catch():
                    print(coverage(folder))
            errors.raise_any()
        case "check" if asked.json:
            return print_json(lambda: check(asked.documents))
        case "check":
            print("All quotes found, each once:", *table_lines(check(asked.documents)), sep="\n")
        case "diff":
            differences = diff(asked.documents, get_settings().database_url)
            print("\n".join(differences) or "Nothing would change.")
        case "verify":
            return report(verify(asked.documents, get_settings().database_url))
        case _ if asked.watch:
            from seed.watch import watch  # noqa: PLC0415 (not every command needs to start it)

            watch(asked.documents, lambda: attempt(asked))
        case _:
            run_load(asked)
    return 0


def run_author(asked: argparse.Namespace) -> list[str]:
    """Make a new document, or draft its facts; return what was done."""
    # They start a library of encodings, and a dictionary.
    from seed.author.new import new_document  # noqa: PLC0415
    from seed.draft.command import draft  # noqa: PLC0415

    if asked.command == "draft":
        return [draft(asked.documents, asked.id)]
    return new_document(
        asked.documents,
        asked.id,
        asked.text,
        title=asked.title,
        language="ru" if asked.language is None else asked.language,
        encoding=asked.encoding,
    )


def run_load(asked: argparse.Namespace) -> None:
    """Load, and print what that has changed and how much there is."""
    url = get_settings().database_url
    start = time.monotonic()
    changes = load(asked.documents, url, everything=asked.all, verify_files=asked.verify_files)
    print("\n".join(changes.lines(time.monotonic() - start)), flush=True)


def attempt(asked: argparse.Namespace) -> int:
    """Run a load; return 0, or 1 after saying what is wrong."""
    try:
        run_load(asked)
    except (SeedError, SeedErrors, LoadError, OperatorError) as error:
        print_failure("load", error)
        return 1
    return 0


def print_failure(command: str, error: Exception) -> None:
    """Print why a command has failed; each of several errors is a line of its own."""
    separator = "\n" if "\n" in str(error) else " "
    print(f"{FAILURES[command]}{separator}{error}", file=sys.stderr)


def print_json(run_check: Callable[[], object]) -> int:
    """Run a check, and print its errors as JSON; return 1 if there are any, and 0 if not."""
    errors = SeedErrors([])
    try:
        run_check()
    except SeedErrors as error:
        errors = error
    except SeedError as error:
        errors = SeedErrors([error])
    print(json.dumps(errors.data(), ensure_ascii=False, indent=2))
    return 1 if errors.errors else 0


def report(findings: Iterable[str]) -> int:
    """Print the first findings of a verification; return 1 if there are any, and 0 if not."""
    first = list(islice(findings, MAX_FINDINGS))
    for finding in first:
        print(finding, file=sys.stderr)
    if len(first) == MAX_FINDINGS:
        print(f"These are the first {MAX_FINDINGS} findings.", file=sys.stderr)
    if not first:
        url = get_settings().database_url
        print("Verified, and nothing is wrong:", *table_lines(loaded(url)), sep="\n")
    return 1 if first else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after saying what is wrong."""
    asked = parse_arguments(arguments)
    try:
        return run(asked)
    except (SeedError, SeedErrors, LoadError, OperatorError) as error:
        print_failure(asked.command, error)
        return 1


if __name__ == "__main__":
    with operator_errors():
        if isinstance(sys.stdout, TextIOWrapper):
            # Not every encoding has the letters that are printed.
            sys.stdout.reconfigure(errors="backslashreplace")
        relax_gc()
        sys.exit(main())
