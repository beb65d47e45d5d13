"""Generated documents: reproducible, valid, and with a skewed distribution of mentions."""

import errno
from collections import Counter
from pathlib import Path

import pytest

from seed.__main__ import main
from seed.extract.files import document_folders, read_document
from seed.synthetic.generate import generate


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.glob("*/*")}


def test_equal_seed_numbers_generate_equal_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        generate(tmp_path / name, 500, seed)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert not contents(tmp_path / "a").items() & contents(tmp_path / "c").items()


@pytest.mark.parametrize("facts", [1, 100, 1500])
def test_documents_of_any_size_pass_the_check(
    tmp_path: Path, facts: int, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = ["--documents", str(tmp_path / "x")]
    assert main(["generate", *documents, "--facts", str(facts), "--seed", "5"]) == 0
    assert "Generated" in capsys.readouterr().out
    assert main(["check", *documents]) == 0
    assert "companies" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate"], "generate needs --documents"),
        (["generate", "--documents", "x", "--seed", "-1"], "argument --seed"),
        (["generate", "--documents", "x", "--seed", "1e3"], "argument --seed: not a whole number"),
        (["generate", "--documents", "x", "--seed", "9" * 5000], "from 0 to 1,000,000,000"),
        (["generate", "--documents", "x", "--facts", "0"], "from 1 to 1,000,000,000"),
        (["generate", "--documents", "x", "--facts", "１"], "argument --facts: not a whole number"),
        (["check", "--facts", "5"], "--facts and --seed are for generate alone"),
        (["--seed", "0"], "--facts and --seed are for generate alone"),
    ],
)
def test_wrong_arguments_are_rejected(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("used", "used: is not empty"),
        ("file", "file: can't be written: File exists"),
        ("file/new", "file/new: can't be written: Not a directory"),
        ("x" * 300, "can't be written: File name too long"),
    ],
)
def test_a_target_that_is_no_empty_folder_is_rejected_and_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str, message: str
) -> None:
    generate(tmp_path / "used", 10, 1)
    (tmp_path / "file").write_bytes(b"")
    before = contents(tmp_path / "used")
    assert main(["generate", "--documents", str(tmp_path / target), "--facts", "10"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("The documents can't be generated. ")
    assert message in error
    assert error.count("\n") == 1
    assert contents(tmp_path / "used") == before


def test_a_generation_without_room_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_path: Path, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    assert main(["generate", "--documents", str(tmp_path / "new"), "--facts", "1"]) == 1
    assert "new: can't be written: No space left on device" in capsys.readouterr().err


def test_lengths_and_mentions_are_skewed(tmp_path: Path) -> None:
    assert 3000 <= generate(tmp_path, 3000, 1) < 3200
    documents = list(map(read_document, document_folders(tmp_path)))
    lengths = sorted(len(document.text) for document in documents)
    assert lengths[0] < 1500
    assert lengths[-1] > 10 * lengths[0]
    mentions = Counter(
        line["object"]
        for document in documents
        for records in document.facts.values()
        for lines in records.values()
        for line in lines
        if "object" in line
    )
    counts = [n for record, n in mentions.most_common() if record.startswith("place/")]
    assert counts[0] > 10 * counts[len(counts) // 2]
