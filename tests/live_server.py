"""A live server in a subprocess, for tests over the network."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.helpers import ROOT

_RUNNING = re.compile(r"running on http://(127\.0\.0\.1:\d+)")


@contextmanager
def serving(url: str) -> Iterator[str]:
    """Serve the database of ``url`` on a free local port; yield ``host:port``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "PORT": "0", "ACCESS_LOG": "false"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if match := _RUNNING.search(line):
                yield match[1]
                break
        else:
            raise AssertionError("the server didn't start:\n" + "".join(lines))
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stderr.close()
