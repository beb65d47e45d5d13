"""Schemathesis: every check in every phase, with valid and invalid data."""

import os
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT
from tests.live_server import serving


def test_no_check_fails(seeded_url: str, tmp_path: Path) -> None:
    with serving(seeded_url) as address:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
            "run",
            f"http://{address}/openapi.json",
            "--checks=all",
            "--phases=examples,coverage,fuzzing,stateful",
            "--mode=all",
            "--max-examples=20",
            "--seed=1",
            "--generation-database=none",
            "--no-color",
        ]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tests.conformance.hooks",
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Tested: 37" in done.stdout
