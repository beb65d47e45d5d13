"""The command: what it prints, and each kind of invalid file is an error that changes nothing."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.db.engine import make_engine
from app.settings import get_settings
from seed.__main__ import main
from seed.errors import MAX_ERRORS

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
            "facts.yaml:7:45: place/omsk, fact 1 (name): the quote isn't in the text; line 1 has "
            "«Глава Омска»: expected «Томска», found «Омска» after «Глава» (quote: Глава Томска)",
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
            "facts.yaml:7:7: place/omsk, fact 1 (name): lacks `quote`",
            "facts.yaml:7:25: place/omsk, fact 1 (name): the key «quot» is not one of: predicate, ",
            "did you mean quote?",
        ],
    ),
    (
        {"facts": FACTS.replace("places:", "planets:")},
        ["facts.yaml:5:1: «planets» is no section: companies, ", "did you mean places?"],
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
        ["3:64: company/sibir, fact 1 (product): `support`: «guessed» is not one of: stated, "],
    ),
    (
        {"document": METADATA + "author: кто-то\n"},
        ["document.yaml:3:1: the key «author» is not one of: title, language"],
    ),
    # A fact without evidence, or with a missing, superfluous or ill-typed value or object
    (
        {"facts": add("places", "omsk", "{predicate: type, value: city}")},
        ["place/omsk, fact 1 (type): lacks `quote`"],
    ),
    (
        {"facts": add("places", "omsk", "{predicate: type, value: city, quote: []}")},
        ["place/omsk, fact 1 (type): `quote` is empty"],
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
                "{predicate: enterprise_count, value: много, quote: Глава Омска}",
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
        ["fact 2 (name)", "the same fact stands here twice, first as fact 1"],
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
    ({"facts": f"{FACTS}---\nplaces: {{}}\n"}, ["facts.yaml:14:1: a second document"]),
    ({"facts": "places: {omsk: []}"}, ["place/omsk: has to be a list of one fact at least"]),
    ({"facts": "places: ["}, ["facts.yaml:2:1: is no valid YAML"]),
    ({"document": METADATA + "author: ~\n"}, ["document.yaml:3:9: «~» is no value"]),
    (
        {"facts": FACTS.replace("value: Омск", "value: Омск #1")},
        ["facts.yaml:7:32: «Омск» ends at a comment", "in quotation marks"],
    ),
    (
        {"facts": FACTS.replace("value: Омск", 'value: "О\\0мск"')},
        ["facts.yaml:7:32: the text has the character U+0000 at 1"],
    ),
    ({"facts": FACTS.replace("value: Омск", "value: «»")}, ["facts.yaml:7:32: ««»» is blank"]),
    ({"facts": "- a list"}, ["facts.yaml:1:1: has to be a mapping of sections"]),
    ({"facts": FACTS.replace("  omsk:", "  ОМСК:")}, ["facts.yaml:6:3: place/ОМСК: is no id"]),
    ({"text": b"\xff\xfe"}, ["text.txt", "is not UTF-8", "byte 0"]),
    ({"text": "а\0б"}, ["text.txt: has the character U+0000 at 1"]),
    ({"text": "а\x1b[2J"}, ["text.txt: has the character U+001B at 1"]),
    ({"text": f"\ufeff{TEXT}"}, ["text.txt: begins with a byte order mark"]),
    ({"text": ""}, ["text.txt", "is empty"]),
    (
        {"document": "title: Другое\nlanguage: ru\n"},
        ["document.yaml:1:8: the title isn't in the text"],
    ),
    ({"document": "title: Да\n"}, ["document.yaml:1:1: lacks `language`"]),
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
    assert capsys.readouterr().out.startswith("1 added, 0 changed, 1 removed: ")


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


def test_missing_documents_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for root, message in ((tmp_path / "none", "is not a folder"), (tmp_path, "has no documents")):
        assert main(["check", "--documents", str(root)]) == 1
        assert message in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["check", "--documents", str(tmp_path)]) == 1
    assert "text.txt: can't be read: No such file" in capsys.readouterr().err


def test_a_second_load_says_that_nothing_has_changed(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump(url)
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Nothing has changed:\n  companies            12\n")
    assert dump(url) == before
    assert main(["--all"]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("0 added, 0 changed, 0 removed: 286 facts in ")
    assert last == "  facts               286"


def test_a_diff_changes_nothing(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump(url)
    assert main(["diff"]) == 0
    assert capsys.readouterr().out == "Nothing would change.\n"
    assert main(["diff", "--documents", str(write(tmp_path / "documents"))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "- document/omsk-days-pavlodar" in lines
    assert "+ person/ivanov (doc)" in lines
    assert dump(url) == before


def test_files_are_read_in_spite_of_their_times_with_verify_files(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path)
    text = root / "doc" / "text.txt"
    for path in (root / "doc").iterdir():
        os.utime(path, ns=(0, 0))
    arguments = ["--documents", str(root)]
    assert main(arguments) == 0
    with text.open("r+b") as file:
        file.write(TEXT.replace("«Да»", "«Он»").encode())
    os.utime(text, ns=(0, 0))
    capsys.readouterr()
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("Nothing has changed:")
    assert main([*arguments, "--verify-files"]) == 0
    assert capsys.readouterr().out.startswith("0 added, 1 changed, 0 removed: ")


@pytest.mark.parametrize("option", ["--all", "--watch", "--verify-files"])
def test_the_options_of_a_load_are_for_no_other_command(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    with pytest.raises(SystemExit):
        main(["check", option])
    assert "--all, --watch and --verify-files are for load alone" in capsys.readouterr().err


def test_all_errors_of_a_run_are_reported_in_the_order_of_documents(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump(url)
    lines = "".join(f"    - {{predicate: {number}}}\n" for number in range(MAX_ERRORS - 2))
    write(tmp_path, "a", text="")
    write(tmp_path, "b", facts=f"places:\n  omsk:\n{lines}")
    for name in ("c", "d"):
        write(tmp_path, name, document="title: Да\n")
    for command in ("load", "diff", "check"):
        assert main([command, "--documents", str(tmp_path)]) == 1
        first, *errors, last = capsys.readouterr().err.splitlines()
        assert first == "Nothing was loaded."
        files = [error.removeprefix(f"{tmp_path}/").partition(":")[0] for error in errors]
        assert files == ["a/text.txt", *["b/facts.yaml"] * (MAX_ERRORS - 2), "c/document.yaml"]
        assert last == "And at least 1 more."
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


def test_a_check_prints_its_errors_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = write(
        tmp_path / "documents", facts=FACTS.replace("quote: Глава Омска", "quote: Глава\u00a0Омска")
    )
    assert main(["check", "--json", "--documents", str(documents)]) == 1
    output = capsys.readouterr()
    assert output.err == ""
    assert json.loads(output.out) == {
        "errors": [
            {
                "file": f"{documents}/doc/facts.yaml",
                "line": 7,
                "column": 45,
                "end_line": 7,
                "end_column": 56,
                "record": "place/omsk",
                "fact": 1,
                "predicate": "name",
                "message": "the quote isn't in the text; line 1 has «Глава Омска»: expected "
                "U+00A0 no-break space, found U+0020 space after «Глава»",
                "quote": "Глава\u00a0Омска",
                "suggestion": "Глава Омска",
            }
        ],
        "more": 0,
    }
    write(tmp_path / "documents")
    assert main(["check", "--json", "--documents", str(documents)]) == 0
    assert json.loads(capsys.readouterr().out) == {"errors": [], "more": 0}
    assert main(["check", "--json", "--documents", str(tmp_path / "none")]) == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["file"], error["message"]) == (str(tmp_path / "none"), "is not a folder")
    with pytest.raises(SystemExit):
        main(["load", "--json"])
    assert "--json is for check alone" in capsys.readouterr().err
