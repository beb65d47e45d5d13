"""PostgreSQL's connections: read-only, and with a deadline for a server that stops responding.

A backend that is stopped, or a host that is gone, never cancels a statement itself.
"""

import math
import select
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

_Result = TypeVar("_Result")

GRACE = 1.0
"""Seconds that the server's own timeout has before the client's: its error says more."""


def with_timeouts(url: URL, seconds: float) -> URL:
    """Return a URL whose connections notice an unreachable host; its own parameters are kept."""
    # TCP alone waits two minutes to connect, and a quarter of an hour for an acknowledgement.
    defaults = {
        "connect_timeout": str(math.ceil(seconds)),
        "tcp_user_timeout": str(round((seconds + GRACE) * 1000)),
        "keepalives_idle": str(math.ceil(seconds)),
        "keepalives_interval": "1",
        "keepalives_count": "3",
    }
    own = {name: value for name, value in defaults.items() if name not in url.query}
    return url.update_query_dict(own)


def bounded_connect(seconds: float) -> Callable[..., psycopg.Connection]:
    """Return a ``connect`` whose connections wait at most ``seconds`` for any response.

    The connection is closed then, and the call raises ``psycopg.OperationalError``. The kernel of a
    stopped server acknowledges all packets, so no option of TCP does this.
    """

    class BoundedConnection(psycopg.Connection):
        def wait(
            self, gen: PQGen[_Result], interval: float = 0.1, timeout: float | None = None
        ) -> _Result:
            try:
                return super().wait(gen, interval, seconds if timeout is None else timeout)
            except psycopg.OperationalError:
                if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                    self.close()
                raise

    return BoundedConnection.connect


def configure(engine: Engine, timeout: float) -> None:
    """Bound the connections of the server's engine, which are read-only; ``timeout`` in seconds."""
    connect = bounded_connect(timeout + GRACE)
    event.listen(
        engine, "do_connect", lambda _dialect, _record, args, options: connect(*args, **options)
    )
    event.listen(engine, "connect", configure_connection(timeout))
    event.listen(engine, "checkout", _discard_closed)


def configure_connection(timeout: float) -> Callable[[Any, object], None]:
    """Return the listener that makes a new connection read-only, with a snapshot a transaction."""

    def configure(connection: Any, _record: object) -> None:
        try:
            connection.autocommit = True
            connection.execute(
                "SET default_transaction_read_only = on;"
                "SET default_transaction_isolation = 'repeatable read';"
                # One generic plan would be wrong for the most frequent and the rarest values.
                "SET plan_cache_mode = force_custom_plan;"
                "SET jit = off;"
                # A parallel worker takes longer to start than a request should take.
                "SET max_parallel_workers_per_gather = 0;"
                f"SET statement_timeout = {max(1, round(timeout * 1000))}"
            )
            connection.autocommit = False
        except BaseException:
            # The pool doesn't own the connection yet and would leave it open.
            connection.close()
            raise

    return configure


def _discard_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Discard a pooled connection that PostgreSQL has closed.

    An idle connection only receives the server's closing message, so polling the socket replaces a
    round trip.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError
