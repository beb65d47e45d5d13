"""The Makefile: several at once in one checkout make the environment once."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT

# Makes an environment whose Python only records that it was called, and takes a moment.
PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then exec {python} "$@"; fi
echo venv >> log
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho install >> log; sleep 0.2\\n' > "$3/bin/python"
chmod +x "$3/bin/python"
"""


def test_concurrent_runs_make_the_environment_once(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "python").write_text(PYTHON.format(python=sys.executable))
    (tmp_path / "python").chmod(0o755)
    command = ["make", "PYTHON=./python", ".venv/run.done"]
    runs = [
        subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    outputs = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    assert "".join(outputs).count("Installing requirements.lock\n") == 1
    assert (tmp_path / "log").read_text() == "venv\ninstall\n"
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "log").read_text() == "venv\ninstall\n"
