"""New documents: a folder made of a text file, which loads, or nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seed.__main__ import main
from seed.author.new import new_document
from seed.errors import SeedError
from seed.extract.files import MAX_FILE_SIZE, read_document
from seed.load.pipeline import check
from tests.helpers import ROOT

TEXT = "Заголовок: «Сибирь» #1\r\nДиректор приехал в г. Энск.\r\n"
TITLE = "Заголовок: «Сибирь» #1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return an empty folder of documents."""
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with a text in an old encoding."""
    path = tmp_path / "article.txt"
    path.write_bytes(TEXT.encode("cp1251"))
    return path


def test_a_document_is_made_of_a_text(
    root: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["new", "energiya-2", "--text", str(file), "--documents", str(root)]
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{file}: decoded as windows-1251, the most likely encoding",
        f"{file}: turned line ends (CRLF, CR) into LF",
        f"{file}: took its first line as the title: {TITLE}",
        f"{root}/energiya-2: made, without facts yet",
    ]
    document = read_document(root / "energiya-2")
    assert document.text == TEXT.replace("\r\n", "\n")
    assert (document.metadata.title, document.metadata.language) == (TITLE, "ru")
    first, *_ = document.facts_text.splitlines()
    assert first == "# yaml-language-server: $schema=../../facts.schema.json"
    assert main(["check", "--documents", str(root)]) == 0
    counts = check(root)
    assert (counts["documents"], counts["facts"]) == (1, 0)
    assert list(root.iterdir()) == [root / "energiya-2"]
    assert main(arguments) == 1
    assert "energiya-2: is there already" in capsys.readouterr().err


def test_title_language_and_encoding_can_be_named(root: Path, file: Path) -> None:
    steps = new_document(root, "a", file, title="Директор", language="kk", encoding="cp1251")
    assert steps[0] == f"{file}: decoded as windows-1251"
    metadata = read_document(root / "a").metadata
    assert (metadata.title, metadata.language) == ("Директор", "kk")


@pytest.mark.parametrize("title", ["да", "null", "5", "'a'", "- a", "a: b #c", "№ {1}", "😀 «»"])
def test_any_title_is_written_as_yaml_reads_it(root: Path, file: Path, title: str) -> None:
    file.write_text(f"Текст {title} текст", encoding="utf-8")
    new_document(root, "a", file, title=title)
    assert read_document(root / "a").metadata.title == title


def test_the_example_of_the_facts_file_is_valid(root: Path, file: Path) -> None:
    file.write_text("ЗАО «Сибирь» из Омска", encoding="utf-8")
    new_document(root, "a", file)
    path = root / "a" / "facts.yaml"
    example = path.read_text(encoding="utf-8").partition("# companies:")[2]
    omsk = "places:\n  omsk:\n    - {predicate: name, value: Омск, quote: Омска}\n"
    path.write_text("companies:" + example.replace("\n# ", "\n") + omsk, encoding="utf-8")
    assert check(root)["facts"] == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"slug": "Энск"}, "documents: «Энск» is no id, which has a-z, 0-9 and single hyphens"),
        ({"slug": "../a"}, "«../a» is no id"),
        ({"slug": "a" * 101}, "is no id"),
        ({"root": Path("none")}, "none: is not a folder"),
        ({"file": Path("none.txt")}, "none.txt: can't be read: No such file or directory"),
        ({"file": Path("/dev/zero")}, "/dev/zero: is no regular file"),
        ({"title": "Сибири"}, "article.txt: the title isn't in the text; line 1 has «Сибирь»"),
        ({"title": ""}, "document.yaml: `title`: «» is blank"),
        ({"language": "Russian"}, "`language`: «Russian» is not a code of two or three letters"),
        ({"encoding": "koi9"}, "article.txt: can't be decoded as koi9: unknown encoding"),
    ],
)
def test_a_document_that_cant_be_made_is_one_line(
    root: Path, file: Path, arguments: dict[str, str | Path], message: str
) -> None:
    values = {"root": root, "slug": "a", "file": file, **arguments}
    with pytest.raises(SeedError) as error:
        new_document(**values)  # type: ignore[arg-type]
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(root.iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "article.txt: is empty"),
        (b" \n", "article.txt: is empty"),
        (b"\0\1\2", "article.txt: is no text"),
        ("я".encode("cp1251") * (MAX_FILE_SIZE // 2 + 1), "larger than 8,388,608 bytes in UTF-8"),
    ],
)
def test_a_text_that_cant_be_loaded_is_refused(
    root: Path, file: Path, content: bytes, message: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(SeedError, match=message):
        new_document(root, "a", file, encoding=None if b"\0" in content else "cp1251")
    assert not list(root.iterdir())


def test_a_folder_that_cant_be_written_is_one_line(
    root: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: str, _mode: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(SeedError, match="a: can't be written: Permission denied"):
        new_document(root, "a", file)


def test_nothing_is_left_of_a_document_that_cant_be_written_whole(
    root: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def fsync(number: int) -> None:
        written.append(number)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(SeedError, match="a: can't be written: No space left on device"):
        new_document(root, "a", file)
    assert not list(root.iterdir())


def test_a_killed_command_leaves_no_document(root: Path, file: Path) -> None:
    new_document(root, "whole", file)
    code = (
        "import os, signal, sys; from seed.__main__ import main;"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
        "main(sys.argv[1:])"
    )
    arguments = ["new", "half", "--text", str(file), "--documents", str(root)]
    process = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, check=False)
    assert process.returncode == -9
    assert check(root)["documents"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new"], "new needs an ID and --text"),
        (["new", "a"], "new needs an ID and --text"),
        (["check", "a"], "check takes no ID"),
        (["load", "--title", "a"], "--text, --title, --language and --encoding are for new alone"),
    ],
)
def test_wrong_arguments_are_told(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert message in capsys.readouterr().err
