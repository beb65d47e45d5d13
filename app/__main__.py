"""The command ``python -m app``: serve on HOST and PORT with uvicorn."""

from app.command import operator_errors

# They take most of a second, in which Ctrl-C may come, too.
with operator_errors():
    import ctypes
    import gc
    from typing import Any

    from starlette.types import ASGIApp

    from app.http.connections import ConnectionLimits, max_connections
    from app.http.protocol import make_protocol
    from app.http.server import run
    from app.main import create_app
    from app.settings import Settings, get_settings

# The number of the option in malloc.h.
_M_ARENA_MAX = -8


def serving() -> ASGIApp:
    """Return the front of the application, for a process that only serves."""
    app = create_app().front
    # All objects so far live as long as the process, so the garbage collector can skip them.
    gc.collect()
    gc.freeze()
    return app


def limit_arenas() -> None:
    """Let threads share two of glibc's malloc arenas: each keeps the most that its threads had.

    Under the loads of ``bench.soak``, a process with the 40 threads of PostgreSQL takes 228 MB
    instead of 270, with SQLite's eight 205 instead of 213. Other C libraries have no such option.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)


def server_options(settings: Settings, limits: ConnectionLimits | None = None) -> dict[str, Any]:
    """Return uvicorn's options; tests vary the limits."""
    limits = limits or ConnectionLimits(
        stream_seconds=settings.stream_timeout, connections=max_connections()
    )
    return {
        "host": settings.host,
        "port": settings.port,
        "http": make_protocol(limits),
        "ws": "none",
        # Nothing reads the client's address or scheme, and proxies needn't be trusted with them.
        "proxy_headers": False,
        # Connections end after the grace; this cancels what a connection's end doesn't stop.
        "timeout_graceful_shutdown": int(limits.grace_seconds) + 4,
        # The application writes its own access log, and the header Server helps only attackers.
        "access_log": False,
        "server_header": False,
    }


def main(limits: ConnectionLimits | None = None) -> None:
    """Serve until stopped."""
    limit_arenas()
    run("app.__main__:serving", factory=True, **server_options(get_settings(), limits))


if __name__ == "__main__":
    with operator_errors():
        main()
