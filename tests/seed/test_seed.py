"""The seed: each kind of invalid file has its own error, and the database is unchanged."""

import json
import os
import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select, text
from sqlmodel import col

from app.db.engine import make_engine
from app.models import Evidence, Fact, metadata
from app.settings import get_settings
from seed.__main__ import DOCUMENTS, main
from seed.errors import MAX_ERRORS, ErrorCollector, SeedError, SeedErrors
from seed.extract.files import document_folders, read_document
from seed.extract.statements import extract
from seed.load import DatabaseError, load, loaded

TEXT = "Компания «Сибирь» из Омска. Компания «Мир» из Омска. Глава Омска Иван Иванов сказал: «Да»."
METADATA = "title: Компания «Сибирь» из Омска.\nlanguage: ru\n"
FACTS = """\
companies:
  sibir:
    - {predicate: name, value: Сибирь, quote: «Сибирь»}
    - {predicate: city, object: place/omsk, quote: «Сибирь» из Омска}
places:
  omsk:
    - {predicate: name, value: Омск, quote: Глава Омска}
people:
  ivanov:
    - {predicate: name, value: Иван Иванов, quote: Иван Иванов}
events:
  vstrecha:
    - {predicate: name, value: Встреча, quote: Иван Иванов сказал}
"""


def write(root: Path, name: str = "doc", /, **files: str | bytes) -> Path:
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, str | bytes] = {"text": TEXT, "document": METADATA, "facts": FACTS, **files}
    for part, suffix in (("text", "txt"), ("document", "yaml"), ("facts", "yaml")):
        content = parts[part]
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{part}.{suffix}").write_bytes(data)
    return root


def add(kind: str, slug: str, line: str) -> str:
    """Return the facts with one line added to a record."""
    head = f"{kind}:\n  {slug}:\n"
    assert head in FACTS
    return FACTS.replace(head, f"{head}    - {line}\n")


BAD: list[tuple[dict[str, str | bytes], list[str]]] = [
    # An absent or ambiguous quote
    (
        {"facts": FACTS.replace("quote: Глава Омска", "quote: Глава Томска")},
        [
            "facts.yaml: line 7: place/omsk, fact 1 (name)",
            "isn't in the text",
            "(quote: Глава Томска)",
        ],
    ),
    (
        {"facts": FACTS.replace("quote: Глава Омска", "quote: Омска")},
        ["place/omsk, fact 1 (name)", "stands 3 times, at 21, 46, 59", "quote: Омска"],
    ),
    # Unknown keys and values
    (
        {"facts": add("places", "omsk", "{predicate: name, quot: x}")},
        [
            "line 7: place/omsk, fact 1 (name): quote: Field",
            "line 7: place/omsk, fact 1 (name): quot:",
        ],
    ),
    (
        {"facts": FACTS.replace("places:", "planets:")},
        ["facts.yaml: line 5: «planets» is no section: companies, "],
    ),
    (
        {"facts": add("places", "omsk", "{predicate: colour, value: x, quote: Глава Омска}")},
        ["place/omsk, fact 1 (colour)", "isn't said of a place", "sister_city", "Глава Омска"],
    ),
    (
        {"facts": add("companies", "sibir", "{predicate: city, object: place/x, quote: «Сибирь»}")},
        ["company/sibir", "there is no record place/x", "«Сибирь»"],
    ),
    (
        {
            "facts": add(
                "companies",
                "sibir",
                "{predicate: product, value: x, quote: «Сибирь», support: guessed}",
            )
        },
        ["line 3: company/sibir, fact 1 (product): support: ", "guessed", "«Сибирь»"],
    ),
    (
        {"document": METADATA + "author: кто-то\n"},
        ["document.yaml: line 3: author: Extra inputs are not permitted (found: кто-то)"],
    ),
    # A fact without evidence, or with a missing, superfluous or ill-typed value or object
    (
        {"facts": add("places", "omsk", "{predicate: type, value: city}")},
        ["place/omsk, fact 1 (type): quote: Field required"],
    ),
    (
        {"facts": add("places", "omsk", "{predicate: type, value: city, quote: []}")},
        ["place/omsk, fact 1 (type): quote: Value should have at least 1"],
    ),
    (
        {"facts": add("places", "omsk", "{predicate: type, quote: Глава Омска}")},
        ["needs either a value or an object"],
    ),
    (
        {
            "facts": add(
                "places", "omsk", "{predicate: type, object: place/omsk, quote: Глава Омска}"
            )
        },
        ["takes a value and no object"],
    ),
    (
        {"facts": add("companies", "sibir", "{predicate: city, value: Омск, quote: «Сибирь»}")},
        ["takes an object and no value"],
    ),
    (
        {"facts": add("places", "omsk", "{predicate: type, value: planet, quote: Глава Омска}")},
        ["«planet» is not one of: country, region, city, venue"],
    ),
    (
        {
            "facts": add(
                "companies",
                "sibir",
                "{predicate: proprietor, object: place/omsk, quote: «Сибирь»}",
            )
        },
        ["place/omsk is not one of: person"],
    ),
    (
        {
            "facts": add(
                "places", "omsk", "{predicate: parent, object: event/vstrecha, quote: Глава Омска}"
            )
        },
        ["event/vstrecha is no place"],
    ),
    (
        {
            "facts": add(
                "places", "omsk", "{predicate: parent, object: place/omsk, quote: Глава Омска}"
            )
        },
        ["place/omsk", "is part of itself"],
    ),
    (
        {
            "facts": add(
                "events", "vstrecha", "{predicate: date, value: XXXX-02-30, quote: Глава Омска}"
            )
        },
        ["«XXXX-02-30» is not a date", "29 days"],
    ),
    (
        {
            "facts": add(
                "events",
                "vstrecha",
                "{predicate: participants_claimed, value: много, quote: Глава Омска}",
            )
        },
        ["«много» is not a whole number"],
    ),
    (
        {
            "facts": add(
                "places",
                "omsk",
                "{predicate: type, value: city, quote: Глава Омска, support: inferred}",
            )
        },
        ["needs its reason"],
    ),
    (
        {
            "facts": add(
                "places",
                "omsk",
                "{predicate: type, value: city, quote: Глава Омска, attributed_to: company/sibir}",
            )
        },
        ["company/sibir is not a person"],
    ),
    (
        {
            "facts": add(
                "places", "omsk", "{predicate: also_known_as, value: Омску, quote: Глава Омска}"
            )
        },
        ["«Омску» doesn't stand in the quote letter for letter"],
    ),
    # A duplicate, contradictory or missing fact
    (
        {"facts": add("places", "omsk", "{predicate: name, value: Омск, quote: Глава Омска}")},
        ["fact 2 (name)", "the same fact stands here twice"],
    ),
    (
        {"facts": add("places", "omsk", "{predicate: name, value: Томск, quote: Глава Омска}")},
        ["fact 2 (name)", "says «Томск» instead"],
    ),
    (
        {
            "facts": FACTS.replace(
                "{predicate: name, value: Омск,", "{predicate: type, value: city,"
            )
        },
        ["place/omsk", "lacks a name"],
    ),
    ({"facts": FACTS + "places: {}\n"}, ["facts.yaml", "the key «places» stands twice"]),
    # Malformed files
    ({"facts": f"{FACTS}---\nplaces: {{}}\n"}, ["facts.yaml: line 14: a second document"]),
    ({"facts": "places: {omsk: []}"}, ["place/omsk: has to be a list of one fact at least"]),
    ({"facts": "places: ["}, ["facts.yaml: line 2: is no valid YAML"]),
    ({"document": METADATA + "author: ~\n"}, ["document.yaml: line 3: «~» is no value"]),
    (
        {"facts": FACTS.replace("value: Омск", "value: Омск #1")},
        ["facts.yaml: line 7: «Омск» ends at a comment", "in quotation marks"],
    ),
    (
        {"facts": FACTS.replace("value: Омск", 'value: "О\\0мск"')},
        ["facts.yaml: line 7: the text has the character U+0000 at 1"],
    ),
    ({"facts": FACTS.replace("value: Омск", "value: «»")}, ["facts.yaml: line 7: ««»» is blank"]),
    ({"facts": "- a list"}, ["facts.yaml: line 1: has to be a mapping of sections"]),
    ({"facts": FACTS.replace("  omsk:", "  ОМСК:")}, ["facts.yaml: line 6: place/ОМСК: is no id"]),
    ({"text": b"\xff\xfe"}, ["text.txt", "is not UTF-8", "byte 0"]),
    ({"text": "а\0б"}, ["text.txt: has the character U+0000 at 1"]),
    ({"text": "а\x1b[2J"}, ["text.txt: has the character U+001B at 1"]),
    ({"text": f"\ufeff{TEXT}"}, ["text.txt: begins with a byte order mark"]),
    ({"text": ""}, ["text.txt", "is empty"]),
    ({"document": "title: Другое\nlanguage: ru\n"}, ["document.yaml", "title isn't in the text"]),
    ({"document": "title: Да\n"}, ["document.yaml: line 1: language: Field required"]),
]


@pytest.fixture
def url(own_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a seeded database that is also the command's ``DATABASE_URL``."""
    monkeypatch.setenv("DATABASE_URL", own_url)
    get_settings.cache_clear()
    return own_url


_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def dump(url: str) -> dict[str, list[Any]]:
    """Return all rows of all tables, including the tables behind the search indexes."""
    engine = make_engine(url)
    with engine.connect() as connection:
        names = connection.scalars(text(_NAMES[engine.dialect.name])).all()
        rows = {
            name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}"))))  # noqa: S608
            for name in names
        }
    engine.dispose()
    return rows


@pytest.mark.parametrize(("files", "messages"), BAD)
def test_an_invalid_file_is_rejected_and_the_database_unchanged(
    tmp_path: Path,
    url: str,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str | bytes],
    messages: list[str],
) -> None:
    before = dump(url)
    documents = write(tmp_path / "documents", **files)
    for command in ("check", "load"):
        assert main([command, "--documents", str(documents)]) == 1
        output = capsys.readouterr()
        assert output.out == ""
        for message in messages:
            assert message in output.err
    assert dump(url) == before


def test_the_base_of_the_invalid_files_is_valid(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = write(tmp_path / "documents")
    assert main(["--documents", str(documents)]) == 0
    assert "Loaded:\n  companies" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Документ", "a b", "A", "a_b", "-a", "x" * 101])
def test_a_folder_name_must_be_an_id(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    with pytest.raises(SeedErrors, match="is no id"):
        read_document(tmp_path / name)


def test_hidden_entries_are_ignored(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "doc" / ".DS_Store").touch()
    assert [folder.name for folder in document_folders(tmp_path)] == ["doc"]
    assert read_document(tmp_path / "doc").slug == "doc"


def stray_file(root: Path) -> str:
    (root / "forgotten.txt").touch()
    return "forgotten.txt: is not a folder"


def dangling_link(root: Path) -> str:
    (root / "linked").symlink_to("nowhere")
    return "linked: is not a folder"


def empty_folder(root: Path) -> str:
    (root / "empty").mkdir()
    return "empty: has neither of facts.yaml and facts.json: one is needed"


def second_facts_file(root: Path) -> str:
    (root / "doc" / "facts.yml").touch()
    return "facts.yml: is none of text.txt, document.yaml, facts.yaml, facts.json"


def both_facts_files(root: Path) -> str:
    (root / "doc" / "facts.json").touch()
    return "doc: has both of facts.yaml and facts.json: one is needed"


def misnamed_facts_file(root: Path) -> str:
    (root / "doc" / "facts.yaml").rename(root / "doc" / "facts.yml")
    return "facts.yml: is none of"


def named_pipe(root: Path) -> str:
    (root / "doc" / "facts.yaml").unlink()
    os.mkfifo(root / "doc" / "facts.yaml")
    return "facts.yaml: is no regular file"


def device(root: Path) -> str:
    (root / "doc" / "text.txt").unlink()
    (root / "doc" / "text.txt").symlink_to("/dev/zero")
    return "text.txt: is no regular file"


def endless_file(root: Path) -> str:
    os.truncate(root / "doc" / "text.txt", 1 << 40)
    return "text.txt: is larger than 8,388,608 bytes"


@pytest.mark.parametrize(
    "spoil",
    [
        stray_file,
        dangling_link,
        empty_folder,
        second_facts_file,
        both_facts_files,
        misnamed_facts_file,
        named_pipe,
        device,
        endless_file,
    ],
)
def test_every_entry_is_a_document_or_an_error(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], str]
) -> None:
    root = write(tmp_path / "documents")
    assert main(["load", "--documents", str(root)]) == 0
    before = dump(url)
    message = spoil(root)
    for command in ("check", "load", "coverage"):
        capsys.readouterr()
        assert main([command, "--documents", str(root)]) == 1
        output = capsys.readouterr()
        assert message in output.err
        assert output.out == "" or command == "coverage"
    assert dump(url) == before


def test_an_error_is_short_however_long_the_texts_are() -> None:
    long = "ab\n" * 1_000_000
    error = str(SeedError(f"«{long}» is not a date", Path("facts.yaml"), long, long, line=3))
    place, quote = error.split(" (quote: ")
    assert place.startswith("facts.yaml: line 3: ab ab ")
    assert place.endswith(" ab » is not a date")
    assert quote.startswith("ab ab ")
    assert "\n" not in error
    assert len(error) < 2000


def test_facts_in_json_are_the_same_as_in_yaml(tmp_path: Path) -> None:
    folder = write(tmp_path) / "doc"
    in_yaml = extract(read_document(folder))
    (folder / "facts.yaml").unlink()
    facts = yaml.load(FACTS, yaml.CBaseLoader)  # noqa: S506 (texts alone)
    (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    assert extract(read_document(folder)) == in_yaml
    facts["places"]["omsk"][0]["quote"] = "Томск"
    (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    with pytest.raises(SeedErrors, match=r"facts\.json: line 18: place/omsk, fact 1 \(name\)"):
        extract(read_document(folder))


def wrong(number: int) -> SeedError:
    return SeedError("is wrong", Path("facts.yaml"), f"place/{number}", line=number)


def test_errors_are_collected_in_their_order_up_to_a_limit() -> None:
    first, second = ErrorCollector(), ErrorCollector()
    first.raise_any()
    with second.catch():
        raise SeedErrors([wrong(number) for number in range(2, MAX_ERRORS + 2)], more=3)
    with first.catch():
        raise wrong(1)
    with first.catch():
        second.raise_any()
    with pytest.raises(SeedErrors) as error:
        first.raise_any()
    lines = str(error.value).splitlines()
    assert lines[0] == "facts.yaml: line 1: place/1: is wrong"
    assert lines[MAX_ERRORS - 1] == "facts.yaml: line 100: place/100: is wrong"
    assert lines[MAX_ERRORS:] == ["And at least 4 more."]
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)  # noqa: S301


def test_all_errors_of_a_document_are_reported_in_the_order_of_its_files(tmp_path: Path) -> None:
    lines = [
        "{predicate: colour, value: x, quote: Глава Омска}",
        "{predicate: type, value: 5, qoute: x}",
        "{predicate: type, value: city, quote: absent}",
    ]
    facts = add("places", "omsk", "\n    - ".join(lines)) + "planets: {}\n"
    document = METADATA.replace("title: Компания", "title: Фирма")
    root = write(tmp_path, facts=facts, document=document)
    with pytest.raises(SeedErrors) as error:
        extract(read_document(root / "doc"))
    assert [(each.args[1].name, each.line) for each in error.value.errors] == [
        ("document.yaml", 0),
        ("facts.yaml", 7),
        ("facts.yaml", 8),
        ("facts.yaml", 8),
        ("facts.yaml", 9),
        ("facts.yaml", 17),
    ]
    assert [each.args[3] for each in error.value.errors][1::3] == ["Глава Омска", "absent"]


def test_wrong_files_are_all_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, text="", document="title: ~\nlanguage: ''\n", facts="a: *x\nb: !c d\n")
    (tmp_path / "stray").touch()
    (tmp_path / "other").touch()
    with pytest.raises(SeedErrors) as error:
        read_document(tmp_path / "doc")
    assert [(each.args[1].name, each.line) for each in error.value.errors] == [
        ("text.txt", 0),
        ("document.yaml", 1),
        ("document.yaml", 2),
        ("facts.yaml", 1),
        ("facts.yaml", 2),
    ]
    assert main(["check", "--documents", str(tmp_path)]) == 1
    first, *lines = capsys.readouterr().err.splitlines()
    assert first == "Nothing was loaded."
    assert [line.partition(": ")[0] for line in lines] == [
        str(tmp_path / "other"),
        str(tmp_path / "stray"),
    ]


def test_no_more_errors_of_a_document_are_made_than_are_shown(tmp_path: Path) -> None:
    lines = "".join(f"    - {{predicate: {number}}}\n" for number in range(5 * MAX_ERRORS))
    root = write(tmp_path, facts=f"places:\n  omsk:\n{lines}")
    with pytest.raises(SeedErrors, match="And at least 1 more") as error:
        extract(read_document(root / "doc"))
    assert len(error.value.errors) == MAX_ERRORS


def test_missing_documents_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for root, message in ((tmp_path / "none", "is not a folder"), (tmp_path, "has no documents")):
        assert main(["check", "--documents", str(root)]) == 1
        assert message in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["check", "--documents", str(tmp_path)]) == 1
    assert "text.txt: can't be read: No such file" in capsys.readouterr().err


def test_loading_twice_changes_nothing(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(url)
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Loaded already")
    assert dump(url) == before


def test_an_unmigrated_database_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    get_settings.cache_clear()
    assert main([]) == 1
    assert "migrated with `alembic upgrade head`" in capsys.readouterr().err
    monkeypatch.undo()
    get_settings.cache_clear()


def test_check_and_coverage_need_no_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////no/such/folder/x.db")
    get_settings.cache_clear()
    assert main(["check"]) == 0
    assert "companies" in capsys.readouterr().out
    assert main(["coverage"]) == 0
    assert "of 3,678 characters (98." in capsys.readouterr().out
    monkeypatch.undo()
    get_settings.cache_clear()


def test_coverage_lists_sentences_without_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = write(tmp_path / "documents")
    assert main(["coverage", "--documents", str(documents)]) == 0
    assert "  [28, 52) Компания «Мир» из Омска." in capsys.readouterr().out


def test_coverage_reports_an_absent_quote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = write(tmp_path / "documents", facts=FACTS.replace("Глава Омска", "Глава Томска"))
    assert main(["coverage", "--documents", str(documents)]) == 1
    assert "place/omsk, fact 1 (name): the quote isn't in the text" in capsys.readouterr().err


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


def test_contradictory_documents_are_rejected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "documents"
    write(root, "a")
    write(root, "b", facts=FACTS.replace("value: Омск", "value: Город Омск"))
    assert main(["check", "--documents", str(root)]) == 1
    errors = capsys.readouterr().err
    assert "b/facts.yaml: line 7: place/omsk, fact 1 (name)" in errors
    assert "a/facts.yaml says «Омск» instead" in errors


def test_a_fact_id_is_independent_of_the_evidence(tmp_path: Path) -> None:
    first = extract(read_document(write(tmp_path / "one") / "doc"))
    changed = FACTS.replace("quote: Глава Омска", "quote: Глава Омска Иван")
    second = extract(read_document(write(tmp_path / "two", facts=changed) / "doc"))
    assert first.statements != second.statements
    assert [each.fact_id for each in first.statements] == [
        each.fact_id for each in second.statements
    ]


@pytest.mark.sqlite
def test_a_locked_database_is_reported_and_unchanged(url: str, tmp_path: Path) -> None:
    before = dump(url)
    documents = write(tmp_path / "documents")
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="database is locked"):
            load(documents, f"{url}?timeout=0")
        other.rollback()
    other.close()
    assert dump(url) == before
    assert load(documents, url)


def test_the_article_is_the_only_shipped_document() -> None:
    assert [folder.name for folder in DOCUMENTS.iterdir()] == ["omsk-days-pavlodar"]
