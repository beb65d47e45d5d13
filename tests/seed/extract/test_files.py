"""Files of a document: which there are, and what is wrong with each by itself."""

from pathlib import Path

import pytest

from seed.__main__ import DOCUMENTS, main
from seed.errors import SeedErrors
from seed.extract.files import document_folders, read_document
from seed.extract.statements import extract
from tests.seed.test_seed import write


@pytest.mark.parametrize("name", ["Документ", "a b", "A", "a_b", "-a", "x" * 101])
def test_a_folder_name_must_be_an_id(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    with pytest.raises(SeedErrors, match="is no id"):
        read_document(tmp_path / name)


def test_hidden_entries_and_those_of_editors_are_ignored(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    for name in (".DS_Store", "facts.yaml~", "#facts.yaml#"):
        (tmp_path / "doc" / name).touch()
    assert [folder.name for folder in document_folders(tmp_path)] == ["doc"]
    assert read_document(tmp_path / "doc").slug == "doc"


def test_wrong_files_are_all_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, text="", document="title: ~\nlanguage: ''\n", facts="a: *x\nb: !c d\n")
    (tmp_path / "stray").touch()
    (tmp_path / "other").touch()
    with pytest.raises(SeedErrors) as error:
        read_document(tmp_path / "doc")
    assert [(each.file.name, each.location.line) for each in error.value.errors] == [
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


def test_the_article_is_the_only_shipped_document() -> None:
    assert [folder.name for folder in DOCUMENTS.iterdir()] == ["omsk-days-pavlodar"]


def test_a_facts_file_may_have_comments_alone_but_not_nothing(tmp_path: Path) -> None:
    write(tmp_path, facts="# Nothing yet.\n")
    assert not extract(read_document(tmp_path / "doc")).statements
    for nothing in ("", " \n"):
        write(tmp_path, facts=nothing)
        with pytest.raises(SeedErrors, match=r"facts\.yaml: is empty: write {} where there are no"):
            read_document(tmp_path / "doc")
