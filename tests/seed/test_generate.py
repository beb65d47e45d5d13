"""Generated documents: reproducible, valid, and with a skewed distribution of mentions."""

from collections import Counter
from pathlib import Path

import pytest

from seed.__main__ import main
from seed.files import document_folders, read_document
from seed.generate import generate


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
    arguments = ["--documents", str(tmp_path / "x"), "--facts", str(facts), "--seed", "5"]
    assert main(["generate", *arguments]) == 0
    assert "Generated" in capsys.readouterr().out
    assert main(["check", *arguments[:2]]) == 0
    assert "companies" in capsys.readouterr().out


def test_generate_requires_a_folder_other_than_the_shipped_one() -> None:
    with pytest.raises(SystemExit):
        main(["generate"])


def test_lengths_and_mentions_are_skewed(tmp_path: Path) -> None:
    assert 3000 <= generate(tmp_path, 3000, 1) < 3200
    documents = list(map(read_document, document_folders(tmp_path)))
    lengths = sorted(len(document.text) for document in documents)
    assert lengths[0] < 1500
    assert lengths[-1] > 10 * lengths[0]
    mentions = Counter(
        line.object
        for document in documents
        for _, _, lines in document.facts.records()
        for line in lines
        if line.object
    )
    counts = [n for record, n in mentions.most_common() if record.startswith("place/")]
    assert counts[0] > 10 * counts[len(counts) // 2]
