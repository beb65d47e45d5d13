"""Revisions: the hash of the documents and of the code that decides rows, and of nothing else."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import app
import seed
from seed.load import revision
from seed.load.revision import code_hash, content_hash


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a folder with copies of the packages, of which the hash is that of the code."""

    def copy(package: ModuleType) -> None:
        source = Path(package.__file__ or "").parent
        ignored = shutil.ignore_patterns("__pycache__", "documents")
        shutil.copytree(source, tmp_path / source.name, ignore=ignored)
        monkeypatch.setattr(package, "__file__", str(tmp_path / source.name / "__init__.py"))

    for package in (app, seed):
        copy(package)
    code_hash.cache_clear()
    yield tmp_path
    code_hash.cache_clear()


@pytest.mark.parametrize(
    ("path", "decides"),
    [
        ("app/domain/vocabulary.py", True),
        ("app/domain/vocabulary.toml", True),
        ("app/projections/kinds.py", True),
        ("app/search/analysis.py", True),
        ("app/materialize.py", True),
        ("app/registry.py", True),
        ("seed/extract/statements.py", True),
        ("seed/transform/records.py", True),
        ("seed/load/source.py", True),
        ("app/api/search.py", False),
        ("app/http/context.py", False),
        ("app/middleware/finalize.py", False),
        ("seed/verify.py", False),
        ("seed/synthetic/generate.py", False),
    ],
)
def test_only_code_that_decides_rows_is_hashed(copies: Path, path: str, decides: bool) -> None:
    before = code_hash()
    code_hash.cache_clear()
    changed = copies / path
    changed.write_text(f"{changed.read_text(encoding='utf-8')}\n# Other.\n", encoding="utf-8")
    assert (code_hash() != before) == decides


def test_other_libraries_of_words_are_other_code(
    copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code_hash()
    code_hash.cache_clear()
    monkeypatch.setattr(revision, "version", lambda library: f"{library} 99")
    assert code_hash() != before


def test_the_hash_is_that_of_ids_and_contents() -> None:
    hashes = {
        content_hash(documents)
        for documents in (
            [],
            [("a", "1")],
            [("a", "2")],
            [("b", "1")],
            [("a", "1"), ("b", "1")],
        )
    }
    assert len(hashes) == 5
