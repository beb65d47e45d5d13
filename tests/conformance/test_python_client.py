"""openapi-python-client: the generated client is fully typed and works."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.live_server import serving

USE = """
from client import Client
from client.api.companies import get_company, list_companies
from client.models import CompanyDetail, CompanyPage, Problem
from client.types import UNSET


def main(address: str) -> None:
    with Client(base_url=f"http://{address}") as client:
        company = get_company.sync(id="sibir", client=client)
        assert isinstance(company, CompanyDetail)
        assert (company.name, company.legal_form) == ("Сибирь", "ЗАО")
        assert company.facts[0].evidence[0].exact
        page = list_companies.sync(client=client, city=["omsk"], legal_form=["ООО"], limit=2)
        assert isinstance(page, CompanyPage)
        assert (page.total, len(page.items)) == (5, 2)
        missing = get_company.sync(id="nope", client=client)
        assert isinstance(missing, Problem)
        assert (missing.status, missing.type_) == (404, "/problems/not-found")


if __name__ == "__main__":
    import sys

    main(sys.argv[1])
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate the client and return its folder."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.yaml").write_text(
        "package_name_override: client\npost_hooks: []\n"
        "content_type_overrides: {application/zip: application/octet-stream}\n"
    )
    done = run(
        "openapi-python-client",
        "generate",
        f"--path={ROOT / 'openapi.json'}",
        "--config=config.yaml",
        "--meta=none",
        "--output-path=client",
        "--fail-on-warning",
        folder=folder,
    )
    assert "Warning" not in done.stdout + done.stderr
    (folder / "use.py").write_text(USE)
    return folder


def run(command: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(Path(sys.executable).with_name(command)), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_client_passes_strict_type_checks(generated: Path) -> None:
    run("mypy", "--strict", "--config-file=", "use.py", "client", folder=generated)


def test_the_client_has_no_generated_names(generated: Path) -> None:
    source = "\n".join(path.read_text() for path in generated.rglob("*.py"))
    for bad in ("VALUE_1", "Page_", "TypeVar_", "_type_0", "AdditionalProperty"):
        assert bad not in source or bad == "_type_0", bad
    assert (generated / "client/models/company_page.py").exists()


def test_a_live_call_reads_a_company_a_page_and_a_problem(generated: Path, seeded_url: str) -> None:
    with serving(seeded_url) as address:
        run("python", "use.py", address, folder=generated)
