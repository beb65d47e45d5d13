"""Verification: a loaded database has no findings, and each sort of damage is one."""

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
from seed.load.pipeline import load
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


@pytest.mark.parametrize(
    ("statement", "findings"),
    [
        (
            "UPDATE document SET text = replace(text, 'Омск', 'Томс')",
            ["document/omsk-days-pavlodar: the text isn't that of its hash", "doesn't stand at"],
        ),
        (
            "UPDATE document SET sha256 = replace(sha256, 'f', '0')",
            ["the text isn't that of its hash", "the hash isn't that of its file"],
        ),
        (
            "UPDATE evidence SET exact = replace(exact, 'ЗАО', 'ОАО') WHERE exact = 'ЗАО «Сибирь»'",
            ["document/omsk-days-pavlodar: «ОАО «Сибирь»» doesn't stand at 564"],
        ),
        ("UPDATE evidence SET suffix = 'x' WHERE start = 564", ["doesn't stand at 564"]),
        ("UPDATE fact SET value = 'ОАО' WHERE value = 'ЗАО'", ["/v1/facts: the item of"]),
        ("UPDATE fact SET reason = NULL WHERE predicate = 'product'", ["/v1/facts: the item of"]),
        ("UPDATE entity SET name = 'Томск' WHERE slug = 'omsk'", ["/v1/places: the item of"]),
        ("UPDATE company SET legal_form = NULL", ["/v1/companies: the item of"]),
        (
            "UPDATE item SET text = '{}' WHERE list = '/v1/officials'",
            ["/v1/officials: the item of"],
        ),
        ("DELETE FROM item WHERE list = '/v1/documents'", ["/v1/documents: the item of"]),
        (
            "UPDATE stored_count SET negative_count = negative_count - 1 WHERE facet = ''",
            ["stored count of all"],
        ),
        (
            "DELETE FROM stored_count WHERE facet = 'city'",
            ["/v1/companies: the stored count of city"],
        ),
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
def test_a_search_row_of_nothing_is_a_finding(url: str, name: str) -> None:
    columns = "rowid, value" if url.startswith("sqlite") else "rowid, tokens"
    execute(url, f"INSERT INTO {name} ({columns}) VALUES (0, 'x')")  # noqa: S608
    assert list(verify(DOCUMENTS, url)) == [f"{name}: 1 rows find nothing that is there"]


def test_other_documents_are_findings(url: str, tmp_path: Path) -> None:
    assert list(verify(write(tmp_path), url)) == [
        "the revision isn't that of these documents and this code: load them",
        "document/omsk-days-pavlodar: the hash isn't that of its file",
        "document/doc: isn't loaded",
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
    assert main(["verify", "--documents", str(write(tmp_path, text=""))]) == 1
    error = capsys.readouterr().err
    assert error.startswith("The database can't be verified. ")
    assert "text.txt: is empty" in error


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
