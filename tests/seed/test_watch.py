"""Watching: each saved document is loaded, and nothing else starts a load."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import watchfiles

from seed.errors import SeedError
from seed.load.pipeline import loaded
from seed.watch import watch
from tests.helpers import ROOT, eventually, value_fact, write_documents

Texts = dict[str, str]


def save(path: Path, text: str) -> None:
    """Write a file as editors do: another one takes its place."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def read(root: Path) -> Texts:
    """Return the contents of the visible files."""
    return {str(path): path.read_text() for path in root.rglob("[!.]*") if path.is_file()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of two documents."""
    omsk = {"places": {"omsk": [value_fact("name", "Омск")]}}
    return write_documents(tmp_path, {"a": omsk, "b": omsk})


@contextmanager
def watching(root: Path) -> Iterator[tuple[list[Texts], "Future[None]"]]:
    """Watch a folder in a thread; yield the contents that each load has found, and the result."""
    loads: list[Texts] = []
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(watch, root, lambda: loads.append(read(root)), stop)
        try:
            eventually(lambda: len(loads) == 1 or done.done())
            yield loads, done
        finally:
            stop.set()


def test_every_saved_document_is_loaded(root: Path, tmp_path: Path) -> None:
    with watching(root) as (loads, _):
        assert loads == [read(root)]
        save(root / "a" / "text.txt", "other")
        eventually(lambda: loads[-1] == read(root))
        shutil.copytree(root / "a", root / "c")
        eventually(lambda: loads[-1] == read(root))
        save(root / "c" / "text.txt", "of a new folder")
        eventually(lambda: loads[-1] == read(root))
        (root / "b").rename(tmp_path / "b")
        eventually(lambda: loads[-1] == read(root))


def test_what_is_saved_during_a_load_is_loaded_after_it(root: Path) -> None:
    loads: list[Texts] = []
    stop = Event()

    def load() -> None:
        loads.append(read(root))
        if len(loads) == 1:
            save(root / "a" / "text.txt", "other")
        else:
            stop.set()

    watch(root, load, stop)
    assert loads[0] != loads[-1] == read(root)


def test_ignored_files_start_no_load(root: Path) -> None:
    with watching(root) as (loads, _):
        # This one sees everything, and waits until nothing has happened for six times as long.
        everything = watchfiles.watch(
            root, watch_filter=None, step=300, rust_timeout=10, yield_on_timeout=True
        )
        next(everything)
        (root / ".git").mkdir()
        for path in (".git/x", "a/.facts.yaml.swp", "a/facts.yaml~", "a/#facts.yaml#"):
            (root / path).write_text("x")
        assert any(everything)
        assert len(loads) == 1


def test_a_folder_that_is_not_there_is_an_error(root: Path, tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="none: is not a folder"):
        watch(tmp_path / "none", lambda: pytest.fail("there is nothing to load"))
    with watching(root) as (_, done):
        root.rename(tmp_path / "moved")
        with pytest.raises(SeedError, match="documents: is not a folder"):
            done.result(timeout=20)


@contextmanager
def command(root: Path, url: str, folder: Path) -> Iterator[tuple["subprocess.Popen[Any]", Any]]:
    """Run ``python -m seed --watch``; yield the process, and what it has printed on a stream."""
    paths = {name: folder / name for name in ("stdout", "stderr")}
    with paths["stdout"].open("w") as out, paths["stderr"].open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "seed", "--watch", "--documents", str(root)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url},
            stdout=out,
            stderr=err,
        )
        try:
            yield process, lambda name: paths[name].read_text(encoding="utf-8")
        finally:
            process.kill()
            process.wait()


def test_the_command_shows_errors_and_goes_on(root: Path, fresh_url: str, tmp_path: Path) -> None:
    facts = root / "b" / "facts.yaml"
    right = facts.read_text(encoding="utf-8")
    with command(root, fresh_url, tmp_path) as (process, printed):
        eventually(lambda: "2 added, 0 changed, 0 removed" in printed("stdout"))
        save(facts, right.replace("b 00000", "absent"))
        eventually(lambda: "the quote isn't in the text" in printed("stderr"))
        assert loaded(fresh_url)["documents"] == 2
        save(facts, right)
        eventually(lambda: "Nothing has changed:" in printed("stdout"))
        (root / "a").rename(tmp_path / "a")
        eventually(lambda: "0 added, 0 changed, 1 removed" in printed("stdout"))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        first, *others = printed("stderr").splitlines()
        assert first.startswith("Nothing was loaded. ")
        assert others == []
