"""The peers' copy of the data has the same companies and records as the API."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.peers import copy_for_peers
from tests.databases import path_of

pytestmark = pytest.mark.sqlite


def test_the_copy_has_the_same_data(
    seeded_url: str, get: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    copy_for_peers(path_of(seeded_url), tmp_path / "peers.db")
    with closing(sqlite3.connect(tmp_path / "peers.db")) as theirs:
        found = theirs.execute(
            "SELECT slug, name, legal_form, city FROM company ORDER BY name_key, id"
        ).fetchall()
        assert found == [
            (each["id"], each["name"], each["legal_form"], (each["city"] or {}).get("name"))
            for each in get("/v1/companies")["items"]
        ]
        matches = "SELECT count(*) FROM record_fts WHERE record_fts MATCH 'Павлодар'"
        assert theirs.execute(matches).fetchone()[0] > 0
