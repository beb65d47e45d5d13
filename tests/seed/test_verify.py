"""Verification: a loaded database has no findings, and each sort of damage is one."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db.engine import make_engine
from app.db.schema_version import NOT_MIGRATED
from app.settings import get_settings
from seed.__main__ import DOCUMENTS, MAX_FINDINGS, main
from seed.load.pipeline import Tuning, load
from seed.synthetic.generate import generate
from seed.verify import verify
from tests.databases import Databases, path_of
from tests.seed.test_seed import write


def execute(url: str, statement: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def url(own_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a seeded database that is also the command's ``DATABASE_URL``."""
    monkeypatch.setenv("DATABASE_URL", own_url)
    get_settings.cache_clear()
    return own_url


def test_a_loaded_database_is_verified(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 0
    output = capsys.readouterr()
    assert output.out.startswith("Verified, and nothing is wrong:\n  companies")
    assert output.err == ""


def test_many_documents_are_verified_in_chunks(
    fresh_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path, 800, 9)
    load(tmp_path, fresh_url)
    monkeypatch.setattr("seed.verify.CHUNK", 90)
    assert list(verify(tmp_path, fresh_url)) == []


def test_a_changed_database_is_verified(fresh_url: str, tmp_path: Path) -> None:
    # New names take ranks between those that there are.
    generate(tmp_path / "some", 400, 9)
    generate(tmp_path / "all", 800, 9)
    load(tmp_path / "some", fresh_url)
    load(tmp_path / "all", fresh_url, tuning=Tuning(fill_above=1_000))
    assert list(verify(tmp_path / "all", fresh_url)) == []


@pytest.mark.parametrize(
    ("statement", "findings"),
    [
        ("UPDATE document SET text = replace(text, 'Омск', 'Томс')", ["document: ", "in text"]),
        ("UPDATE document SET sha256 = replace(sha256, 'f', '0')", ["document: ", "in sha256"]),
        (
            "UPDATE evidence SET exact = replace(exact, 'о', 'О'), suffix = 'x'",
            ["evidence: ", "exact, suffix"],
        ),
        ("UPDATE fact SET value = 'ОАО' WHERE value = 'ЗАО'", ["fact: ", "in value"]),
        ("UPDATE fact SET reason = NULL WHERE predicate = 'product'", ["fact: ", "in reason"]),
        ("UPDATE fact SET subject_head = false", ["fact: ", "in subject_head"]),
        ("UPDATE entity SET name = 'Томск' WHERE slug = 'omsk'", ["entity: ", "in name"]),
        ("UPDATE company SET legal_form = NULL", ["company: ", "in legal_form"]),
        ("UPDATE item SET text = '{}'", ["item: the row with list /v1/officials, id ", "in text"]),
        ("DELETE FROM item WHERE list = '/v1/documents'", ["list /v1/documents", "is missing"]),
        ("DELETE FROM stored_count WHERE facet = 'city'", ["stored_count: ", "is missing"]),
        ("INSERT INTO name_word VALUES ('я', 1)", ["word я comes from no document"]),
        ("DELETE FROM spelling WHERE word = 'Омск'", ["spelling омск, word Омск is missing"]),
        ("UPDATE search_entry SET passages = '[]'", ["search_entry: ", "in passages"]),
        ("UPDATE search_entry SET rank = -rank", ["search_entry: the ranks aren't in the order"]),
        ("UPDATE revision SET content_hash = 'x'", ["the revision isn't that of these documents"]),
        ("DELETE FROM revision", ["the revision isn't that of these documents"]),
    ],
)
def test_each_wrong_row_is_a_finding(url: str, statement: str, findings: list[str]) -> None:
    execute(url, statement)
    found = "\n".join(verify(DOCUMENTS, url))
    for finding in findings:
        assert finding in found


@pytest.mark.parametrize("name", ["entity_search", "fact_search"])
def test_the_words_of_an_index_are_compared(url: str, name: str) -> None:
    found = f"{name}: isn't the index of the documents' words (database disk image is malformed)"
    statement = f"INSERT INTO {name} (rowid, value) VALUES (0, 'x')"  # noqa: S608
    if not url.startswith("sqlite"):
        id_ = -1 if name == "entity_search" else 0
        found = f"{name}: the row with id {id_} comes from no document"
        statement = f"INSERT INTO {name} VALUES (0, 'x')"  # noqa: S608
    execute(url, statement)
    assert list(verify(DOCUMENTS, url)) == [found]


@pytest.mark.postgresql
@pytest.mark.parametrize("name", ["entity_search", "fact_search"])
def test_a_row_with_other_words_is_a_finding(url: str, name: str) -> None:
    execute(url, f"UPDATE {name} SET tokens = ts_delete(tokens, 'омск')")  # noqa: S608
    findings = list(verify(DOCUMENTS, url))
    assert findings
    for finding in findings:
        assert re.fullmatch(f"{name}: the row with id [0-9]+ differs .* in tokens", finding)


def test_other_documents_are_a_finding(url: str, tmp_path: Path) -> None:
    assert list(verify(write(tmp_path), url)) == [
        "the revision isn't that of these documents and this code: load them",
    ]


def test_findings_are_bounded_lines_of_standard_error(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(url, "UPDATE evidence SET prefix = 'x'")
    assert main(["verify"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    lines = output.err.splitlines()
    assert lines[-1] == f"These are the first {MAX_FINDINGS} findings."
    assert len(lines) == MAX_FINDINGS + 1


def test_an_unmigrated_database_is_a_finding(databases: Databases) -> None:
    url = databases.bare()
    if url.startswith("sqlite"):
        (finding,) = verify(DOCUMENTS, url)
        assert finding.startswith("the database can't be read: ")
        path_of(url).touch()
    assert list(verify(DOCUMENTS, url)) == [NOT_MIGRATED]


def test_wrong_documents_are_an_error(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--documents", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error == f"The database can't be verified. {tmp_path}: has no documents\n"


@pytest.mark.sqlite
def test_verification_leaves_the_file_as_it_is(url: str) -> None:
    before = path_of(url).read_bytes()
    assert list(verify(DOCUMENTS, url)) == []
    assert path_of(url).read_bytes() == before


@pytest.mark.sqlite
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), content=st.sampled_from([b"\xff", b"\0"]))
def test_any_damaged_page_is_a_finding(url: str, data: st.DataObject, content: bytes) -> None:
    path = path_of(url)
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (unused,) = connection.execute("PRAGMA freelist_count").fetchone()
    assert unused == 0
    at = size * data.draw(st.integers(0, len(whole) // size - 1))
    try:
        path.write_bytes(whole[:at] + content * size + whole[at + size :])
        findings = list(verify(DOCUMENTS, url))
        assert findings
        assert not any("\n" in finding for finding in findings)
    finally:
        path.write_bytes(whole)


@pytest.mark.sqlite
def test_a_dangling_reference_is_a_finding(url: str) -> None:
    with closing(sqlite3.connect(path_of(url))) as connection, connection:
        connection.execute("DELETE FROM place WHERE id IN (SELECT city_id FROM company)")
    findings = list(verify(DOCUMENTS, url))
    assert any(each.startswith("company: row ") for each in findings)
    assert all("refers to no row of place" in each for each in findings)
