"""The application: its threads are as many as its database serves at a time."""

from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient


def test_as_many_threads_respond_as_the_database_serves(client: TestClient) -> None:
    async def threads() -> float:
        return current_default_thread_limiter().total_tokens

    assert client.portal is not None
    database = client.app.state.database  # type: ignore[attr-defined]
    assert client.portal.call(threads) == database.threads
    assert client.app.state.searches._value == database.threads / 2  # type: ignore[attr-defined]
