"""Growth: how much longer the same questions take where there is a thousand times as much."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import urlencode

from app.counts import TOTAL_CAP
from app.vocabulary import COLLECTIONS
from bench.load import Client, Spread, load_beside
from bench.report import Row
from bench.servers import BenchError, Cores, pobratim, progress
from bench.workload import DRAWN, PAGE, Question, names_in

TIMES = 300
BUDGET = 10.0
"""Seconds after which a question is given up early, once it was asked often enough."""
ENOUGH = 20
SINGLE = 1.5
COMMON = 8.0
BESIDE = 6.0
TARGETS = {
    "list": SINGLE,
    "filter": SINGLE,
    "filters together": SINGLE,
    "page at 90 %": SINGLE,
    "detail": SINGLE,
    "facet": SINGLE,
    "search, rare word": SINGLE,
    "search, common word": COMMON,
}
"""How many times as long each may take. A facet of more values answers more, and has no target."""


def ask(
    clients: Sequence[Client], paths: Sequence[Sequence[str]], times: int, budget: float = BUDGET
) -> list[list[float]]:
    """Ask each size in turn, request by request; return the seconds that each answer took."""
    taken: list[list[float]] = [[] for _ in clients]
    for number in range(3):
        for client, wordings in zip(clients, paths, strict=True):
            client.seconds(wordings[number % len(wordings)])
    start = time.monotonic()
    for number in range(times):
        if number >= ENOUGH and time.monotonic() - start > budget:
            break
        for client, wordings, seconds in zip(clients, paths, taken, strict=True):
            seconds.append(client.seconds(wordings[number % len(wordings)]))
    return taken


def searches(clients: Sequence[Client], databases: Sequence[Path]) -> list[Question]:
    """Return the questions that search: words that find one to three records, and many."""
    random = Random(20)  # noqa: S311 (no secret)
    names = [names_in(database) for database in databases]
    asked = [("", "/v1/search")] + [
        (kind, f"/v1/{collection}") for kind, collection in COLLECTIONS.items()
    ]
    found = [
        _rare(
            clients,
            [[name for of, name in each if kind in ("", of)] for each in names],
            path,
            random,
        )
        for kind, path in asked
    ]
    found.append(
        _rare(clients, [[name for _kind, name in each] for each in names], "/v1/facts", random)
    )
    common = [
        _most(client, [word for word, _count in Counter(words_in(each)).most_common(12)])
        for client, each in zip(clients, names, strict=True)
    ]
    limit = min(PAGE, *(total for each in common for _word, total in each))
    found.append(
        Question(
            "search, common word",
            "search?q",
            [[_search("/v1/search", word, limit) for word, _total in each] for each in common],
        )
    )
    return found


def words_in(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield every word of five letters or more, once for each name that has it."""
    for _kind, name in names:
        yield from sorted(set(re.findall(r"[^\W\d_]{5,}", name)))


def _search(path: str, word: str, limit: int) -> str:
    return f"{path}?{urlencode({'q': word, 'limit': limit})}"


def _total(client: Client, path: str, word: str, otherwise: int) -> int:
    """Return how many records a word finds, or something else where the search fails."""
    try:
        return int(str(client.json(_search(path, word, 1))["total"]))
    except BenchError:
        return otherwise


def _most(client: Client, words: Sequence[str]) -> list[tuple[str, int]]:
    """Return the three words that find most."""
    totals = [(word, _total(client, "/v1/search", word, TOTAL_CAP)) for word in words]
    return sorted(totals, key=lambda each: -each[1])[:3]


def _rare(
    clients: Sequence[Client], names: Sequence[Sequence[str]], path: str, random: Random
) -> Question:
    """Return what asks ``path`` for words of which each finds as few records in every size."""
    by_total: list[dict[int, list[str]]] = []
    for client, each in zip(clients, names, strict=True):
        counts = Counter(word for name in each for word in set(re.findall(r"\w{4,}", name)))
        rare = sorted(word for word, count in counts.items() if count <= 3)
        totals: dict[int, list[str]] = {}
        for word in random.sample(rare, min(4 * DRAWN, len(rare))):
            totals.setdefault(_total(client, path, word, 1), []).append(word)
        by_total.append(totals)
    paths: list[list[str]] = [[] for _ in clients]
    for total in (1, 2, 3):
        words = [totals.get(total, []) for totals in by_total]
        for same in zip(*words, strict=False):
            for wordings, word in zip(paths, same, strict=True):
                wordings.append(_search(path, word, total))
    name = f"{path.rpartition('/')[2]}?q"
    return Question("search, rare word", name, [each[:DRAWN] for each in paths])


@contextmanager
def _serving(urls: Sequence[str], cores: Cores) -> Iterator[list[Client]]:
    with ExitStack() as stack:
        clients = []
        for number, url in enumerate(urls):
            server = stack.enter_context(
                pobratim(f"growth {number}", url, cores.servers, cached=False)
            )
            client = Client(server)
            stack.callback(client.close)
            clients.append(client)
        yield clients


def measure(
    database: str,
    urls: Sequence[str],
    files: Sequence[Path],
    questions: Sequence[Question],
    cores: Cores,
    *,
    times: int = TIMES,
    rounds: int = 5,
) -> list[Row]:
    """Return a row for every question, small against large, and the list beside slow searches."""
    rows = []
    with _serving(urls, cores) as clients:
        every = [*questions, *searches(clients, files)]
        asked = [each for each in every if all(each.paths)]
        for each in every:
            if each not in asked:
                progress(f"  {database}: {each.group}, {each.name}: the data has no value for it")
        for each in asked:
            progress(f"  {database}: {each.group}, {each.name}")
            row = Row(
                group=f"growth, {database}",
                what=each.group,
                name=each.name,
                unit="ms",
                measured=None,
                than="the small one",
                target=TARGETS.get(each.group),
                at_most=True,
            )
            before = [client.received for client in clients]
            row = _filled(row, partial(ask, clients, each.paths, times))
            less, more = (
                client.received - earlier for client, earlier in zip(clients, before, strict=True)
            )
            rows.append(replace(row, sizes=more / less if less and not row.error else None))
        rows.append(_beside(database, clients[-1], asked, cores, times=times, rounds=rounds))
        small, large = (Spread.of([client.server.memory()[1]]) for client in clients)
        rows.append(
            Row(
                group=f"growth, {database}",
                what="most memory of the worker",
                name="",
                unit="MB",
                measured=large,
                against=small,
                than="the small one",
            )
        )
    return rows


def _beside(
    database: str,
    client: Client,
    asked: Sequence[Question],
    cores: Cores,
    *,
    times: int,
    rounds: int,
) -> Row:
    """Measure a list alone, and beside two searches that never pause."""
    progress(f"  {database}: a list beside two searches")
    common = next(each.paths[-1] for each in asked if each.group == "search, common word")
    path = [["/v1/companies"]]

    def taken() -> list[list[float]]:
        slow = [max(common, key=lambda path: median(client.seconds(path) for _ in range(5)))]
        alone: list[float] = []
        beside: list[float] = []
        for _ in range(rounds):
            alone += ask([client], path, times // rounds)[0]
            with load_beside(client.server, slow, core=cores.load, connections=2):
                time.sleep(0.2)
                beside += ask([client], path, times // rounds)[0]
        return [alone, beside]

    row = Row(
        group=f"growth, {database}",
        what="beside two searches",
        name="companies",
        unit="ms",
        measured=None,
        than="alone",
        target=BESIDE,
        at_most=True,
    )
    return _filled(row, taken)


def _filled(row: Row, ask_all: Callable[[], list[list[float]]]) -> Row:
    """Return the row with what was taken without and with more; an error is a result as well."""
    try:
        less, more = (Spread.of([each * 1000 for each in taken]) for taken in ask_all())
    except BenchError as error:
        return replace(row, error=str(error))
    return replace(row, against=less, measured=more)
