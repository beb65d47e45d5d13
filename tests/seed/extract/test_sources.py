"""Changes of documents: what differs is found, and nothing else is read."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.errors import SeedErrors
from seed.extract.files import files_sha256
from seed.extract.sources import Changes, Stored, find_changes, signature

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
OLD = NOW - 3600 * SECOND


def write(root: Path, slug: str, text: str, *, modified: int = OLD) -> Path:
    """Write a document whose files were modified at a time, each anew."""
    folder = root / slug
    folder.mkdir(exist_ok=True)
    for name, content in (("text.txt", text), ("document.yaml", "a: b"), ("facts.json", "{}")):
        new = root / f".{name}"
        new.write_text(content, encoding="utf-8")
        os.utime(new, ns=(modified, modified))
        new.replace(folder / name)
    return folder


def stored(root: Path) -> dict[str, Stored]:
    """Return what a load of the documents stores."""
    signatures = find_changes(root, {}, now=NOW).signatures
    return {slug: Stored(each, files_sha256(root / slug)) for slug, each in signatures.items()}


def slugs(folders: list[Path]) -> set[str]:
    return {folder.name for folder in folders}


TEXTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["x", "y", "xx"]), min_size=1)


@given(
    before=TEXTS,
    after=TEXTS,
    rewritten=st.sets(st.sampled_from("abcdef")),
    age=st.integers(-5, 5),
    verify_files=st.booleans(),
)
def test_changes_are_the_differences_of_the_contents(
    before: dict[str, str], after: dict[str, str], rewritten: set[str], age: int, verify_files: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for slug, text in before.items():
            write(root, slug, text)
        known = stored(root)
        for slug in before.keys() - after.keys():
            (root / slug).rename(root / f".{slug}")
        different = {slug for slug, text in after.items() if before.get(slug) != text}
        touched = different | (rewritten & after.keys())
        for slug in touched:
            write(root, slug, after[slug], modified=NOW - age * SECOND)
        changes = find_changes(root, known, now=NOW, verify_files=verify_files)
        now_signed = {slug: signature(root / slug, now=NOW) for slug in after}
    assert slugs(changes.added) == after.keys() - before.keys()
    assert slugs(changes.changed) == different & before.keys()
    assert changes.removed == sorted(before.keys() - after.keys())
    same = (touched - different) & before.keys()
    assert changes.unchanged_with_new_signature == {slug: now_signed[slug] for slug in same}
    assert changes.signatures == {slug: now_signed[slug] for slug in different}
    assert all(bool(now_signed[slug]) == (age >= 2 or slug not in touched) for slug in after)


def test_documents_with_the_stored_signature_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a", "x")
    known = {"a": Stored(stored(tmp_path)["a"].signature, "another hash")}
    assert find_changes(tmp_path, known, now=NOW) == Changes()
    verified = find_changes(tmp_path, known, now=NOW, verify_files=True)
    assert verified.changed == [tmp_path / "a"]


def test_a_file_that_was_just_modified_is_hashed_each_time(tmp_path: Path) -> None:
    write(tmp_path, "a", "x", modified=NOW - SECOND)
    known = stored(tmp_path)
    assert known["a"].signature == ""
    assert find_changes(tmp_path, known, now=NOW) == Changes()
    path = tmp_path / "a" / "text.txt"
    path.write_text("y")
    os.utime(path, ns=(NOW - SECOND, NOW - SECOND))
    assert find_changes(tmp_path, known, now=NOW).changed == [tmp_path / "a"]


@pytest.mark.parametrize("name", ["text.txt", "facts.yaml", "new.txt"])
def test_any_file_that_comes_or_goes_is_a_change(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, "a", "x")
    known = stored(tmp_path)
    if (folder / name).exists():
        (folder / name).unlink()
    else:
        (folder / name).touch()
        os.utime(folder / name, ns=(OLD, OLD))
    assert find_changes(tmp_path, known, now=NOW).changed == [folder]


def test_a_hidden_file_is_no_change(tmp_path: Path) -> None:
    folder = write(tmp_path, "a", "x")
    known = stored(tmp_path)
    (folder / ".DS_Store").touch()
    assert find_changes(tmp_path, known, now=NOW) == Changes()


def test_an_unreadable_document_is_changed(tmp_path: Path) -> None:
    folder = write(tmp_path, "a", "x")
    known = stored(tmp_path)
    (folder / "text.txt").unlink()
    (folder / "text.txt").symlink_to("nowhere")
    assert signature(folder, now=NOW) == ""
    assert find_changes(tmp_path, known, now=NOW).changed == [folder]


def test_a_root_with_other_entries_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "a", "x")
    (tmp_path / "stray").touch()
    with pytest.raises(SeedErrors, match="stray: is not a folder"):
        find_changes(tmp_path, {}, now=NOW)
