"""A live server, in a subprocess or in a thread, for tests over the network."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from app.__main__ import server_options
from app.http.connections import ConnectionLimits
from app.settings import Settings
from tests.helpers import ROOT, eventually

_RUNNING = re.compile(r"running on http://(127\.0\.0\.1:\d+)")


@contextmanager
def serving(url: str) -> Iterator[str]:
    """Serve the database of ``url`` on a free local port; yield ``host:port``."""
    with server_process(url) as (address, process):
        yield address
        process.terminate()


@contextmanager
def server_process(
    url: str, limits: ConnectionLimits | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve the database of ``url``; yield ``host:port`` and the process, which has to end."""
    command = ["-m", "app"]
    if limits:
        imports = "from app.__main__ import main; from app.http.connections import ConnectionLimits"
        command = ["-c", f"{imports}; main({limits!r})"]
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "PORT": "0",
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "ACCESS_LOG": "false",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if match := _RUNNING.search(line):
                yield match[1], process
                break
        else:
            raise AssertionError("the server didn't start:\n" + "".join(lines))
        process.wait(timeout=20)
    finally:
        process.kill()
        process.wait(timeout=10)
        process.stderr.close()


@contextmanager
def serving_in_thread(
    app: ASGIApp, limits: ConnectionLimits | None = None, send_buffer: int | None = None
) -> Iterator[str]:
    """Serve an application as ``python -m app`` does; yield ``host:port``.

    ``send_buffer`` is the size of the kernel's buffer in bytes: a small one is full soon.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if send_buffer is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        options = server_options(Settings(), limits)
        served = uvicorn.Server(uvicorn.Config(app, **options, log_config=None))
        thread = threading.Thread(target=served.run, args=([listener],))
        host, port = listener.getsockname()
        thread.start()
        try:
            eventually(lambda: served.started or not thread.is_alive())
            yield f"{host}:{port}"
        finally:
            served.should_exit = True
            thread.join()
