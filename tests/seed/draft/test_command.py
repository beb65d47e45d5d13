"""The command: it writes one document's facts.yaml, and refuses what it can't add to."""

import stat
from pathlib import Path

import pytest

from seed.__main__ import DOCUMENTS, main
from tests.seed.test_seed import METADATA, TEXT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a document that has no facts yet."""
    folder = tmp_path / "doc"
    folder.mkdir()
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    (folder / "document.yaml").write_text(METADATA, encoding="utf-8")
    return folder


def draft(folder: Path) -> int:
    return main(["draft", folder.name, "--documents", str(folder.parent)])


def test_a_draft_is_refused_line_by_line_until_its_marks_are_removed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "facts.yaml"
    assert draft(folder) == 0
    facts = path.read_text(encoding="utf-8")
    marks = facts.count("{draft: ")
    assert capsys.readouterr().out == (
        f"{path}: suggested {marks} facts; read each, then remove its `draft`\n"
    )
    assert main(["check", "--documents", str(folder.parent)]) == 1
    errors = capsys.readouterr().err.splitlines()[1:]
    lines = [number for number, line in enumerate(facts.splitlines(), 1) if "{draft: " in line]
    assert len(errors) == marks
    for error, number in zip(errors, lines, strict=True):
        assert f"facts.yaml:{number}:" in error
        assert error.endswith("a suggestion: read it, then remove `draft`")
    path.write_text(facts.replace("draft: true, ", ""), encoding="utf-8")
    assert main(["check", "--documents", str(folder.parent)]) == 0


def test_a_second_draft_adds_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft(folder)
    before = (folder / "facts.yaml").read_bytes()
    capsys.readouterr()
    assert draft(folder) == 0
    assert capsys.readouterr().out == f"Nothing to add to {folder / 'facts.yaml'}\n"
    assert (folder / "facts.yaml").read_bytes() == before


def test_the_reviewed_facts_of_the_article_need_no_suggestion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder,) = DOCUMENTS.iterdir()
    copy = tmp_path / folder.name
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert draft(copy) == 0
    assert capsys.readouterr().out.startswith("Nothing to add to ")


def test_a_file_keeps_its_mode_and_leaves_no_other_behind(folder: Path) -> None:
    path = folder / "facts.yaml"
    path.write_text("# mine\n", encoding="utf-8")
    path.chmod(0o640)
    draft(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert {each.name for each in folder.iterdir()} == {"text.txt", "document.yaml", "facts.yaml"}


def test_facts_in_json_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "facts.json").write_text("{}", encoding="utf-8")
    assert draft(folder) == 1
    assert capsys.readouterr().err == (
        f"Nothing was drafted. {folder / 'facts.json'}: has the facts: a draft is written in "
        "facts.yaml alone\n"
    )
    assert not (folder / "facts.yaml").exists()


@pytest.mark.parametrize("slug", ["absent", "../doc", "", "."])
def test_an_id_without_a_document_is_refused(
    folder: Path, slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draft", slug, "--documents", str(folder.parent)]) == 1
    assert f"{folder.parent}: has no document «{slug}»" in capsys.readouterr().err


def test_a_document_without_a_text_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "text.txt").unlink()
    assert draft(folder) == 1
    assert f"{folder / 'text.txt'}: can't be read" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["draft"], ["check", "doc"], ["draft", "doc", "--all"]])
def test_an_id_is_for_draft_alone(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "error: " in capsys.readouterr().err
