"""PostgreSQL connections with a deadline on the client's side, for a server that stops responding.

A backend that is stopped, or a host that is gone, never cancels a statement itself.
"""

import math
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy.engine import URL

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
