"""Scaling: the latency of equal requests to a small and a large database."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import urlencode

from app.domain.vocabulary import COLLECTIONS
from app.schemas.pages import TOTAL_CAP
from bench.load import Client, Spread, background_load
from bench.report import Row
from bench.servers import BenchError, Cores, progress, run_pobratim
from bench.workload import PAGE_SIZE, SAMPLE_SIZE, BenchCase, entity_names

REQUESTS_PER_CASE = 300
TIME_BUDGET = 10.0
"""Seconds after which a case ends early, once it has MIN_REQUESTS measurements per database."""
MIN_REQUESTS = 20
WARM_UP_REQUESTS = 3
MAX_RATIO = 1.5
MAX_RATIO_COMMON_WORD = 8.0
MAX_RATIO_UNDER_LOAD = 6.0
TARGETS = {
    "list": MAX_RATIO,
    "filter": MAX_RATIO,
    "filters together": MAX_RATIO,
    "negation": MAX_RATIO,
    "page at 90 %": MAX_RATIO,
    "detail": MAX_RATIO,
    "facet": MAX_RATIO,
    "search, rare word": MAX_RATIO,
    "search, common word": MAX_RATIO_COMMON_WORD,
}
"""The maximum ratio of latencies, large to small database, by group of cases.

A facet of more values has no target: its response grows with the data.
"""


@dataclass(frozen=True)
class ScalingRun:
    """The measurement of one database system: its databases, smallest first, and the load."""

    system: str
    urls: Sequence[str]
    cores: Cores
    requests: int
    rounds: int


def measure_latencies(
    clients: Sequence[Client],
    paths: Sequence[Sequence[str]],
    requests: int,
    budget: float = TIME_BUDGET,
) -> list[list[float]]:
    """Return the latencies in seconds by database; the clients take turns, request by request."""
    latencies: list[list[float]] = [[] for _ in clients]
    for number in range(WARM_UP_REQUESTS):
        for client, client_paths in zip(clients, paths, strict=True):
            client.latency(client_paths[number % len(client_paths)])
    start = time.monotonic()
    for number in range(requests):
        if number >= MIN_REQUESTS and time.monotonic() - start > budget:
            break
        for client, client_paths, measured in zip(clients, paths, latencies, strict=True):
            measured.append(client.latency(client_paths[number % len(client_paths)]))
    return latencies


def search_cases(clients: Sequence[Client], databases: Sequence[Path]) -> list[BenchCase]:
    """Return the search cases: words with one to three hits, and words with many."""
    random = Random(20)  # noqa: S311 (no secret)
    names = [entity_names(database) for database in databases]
    searches = [("", "/v1/search")] + [
        (kind, f"/v1/{collection}") for kind, collection in COLLECTIONS.items()
    ]
    cases = [
        _rare_word_case(
            clients,
            [
                [name for entity_kind, name in database_names if kind in ("", entity_kind)]
                for database_names in names
            ],
            path,
            random,
        )
        for kind, path in searches
    ]
    all_names = [[name for _kind, name in database_names] for database_names in names]
    cases.append(_rare_word_case(clients, all_names, "/v1/facts", random))
    cases.append(_common_word_case(clients, names))
    return cases


def long_words(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the distinct words of five letters or more of each name."""
    for _kind, name in names:
        yield from sorted(set(re.findall(r"[^\W\d_]{5,}", name)))


def _search_path(path: str, word: str, limit: int) -> str:
    return f"{path}?{urlencode({'q': word, 'limit': limit})}"


def _total_hits(client: Client, path: str, word: str, default: int) -> int:
    """Return the number of hits of a word, or ``default`` if the search fails."""
    try:
        return int(str(client.json(_search_path(path, word, 1))["total"]))
    except BenchError:
        return default


def _most_hits(client: Client, words: Sequence[str]) -> list[tuple[str, int]]:
    """Return the three words with the most hits, each with its total."""
    totals = [(word, _total_hits(client, "/v1/search", word, TOTAL_CAP)) for word in words]
    return sorted(totals, key=lambda word_and_total: -word_and_total[1])[:3]


def _common_word_case(
    clients: Sequence[Client], names: Sequence[Sequence[tuple[str, str]]]
) -> BenchCase:
    common = [
        _most_hits(
            client,
            [word for word, _count in Counter(long_words(database_names)).most_common(12)],
        )
        for client, database_names in zip(clients, names, strict=True)
    ]
    limit = min(PAGE_SIZE, *(total for totals in common for _word, total in totals))
    return BenchCase(
        "search, common word",
        "search?q",
        [[_search_path("/v1/search", word, limit) for word, _total in totals] for totals in common],
    )


def _rare_word_case(
    clients: Sequence[Client], names: Sequence[Sequence[str]], path: str, random: Random
) -> BenchCase:
    """Return a case of searches at ``path`` with the same number of hits in every database."""
    words_by_total: list[dict[int, list[str]]] = []
    for client, database_names in zip(clients, names, strict=True):
        counts = Counter(
            word for name in database_names for word in set(re.findall(r"\w{4,}", name))
        )
        rare = sorted(word for word, count in counts.items() if count <= 3)
        by_total: dict[int, list[str]] = {}
        for word in random.sample(rare, min(4 * SAMPLE_SIZE, len(rare))):
            by_total.setdefault(_total_hits(client, path, word, 1), []).append(word)
        words_by_total.append(by_total)
    paths: list[list[str]] = [[] for _ in clients]
    for total in (1, 2, 3):
        words = [by_total.get(total, []) for by_total in words_by_total]
        for matched in zip(*words, strict=False):
            for database_paths, word in zip(paths, matched, strict=True):
                database_paths.append(_search_path(path, word, total))
    name = f"{path.rpartition('/')[2]}?q"
    return BenchCase(
        "search, rare word", name, [database_paths[:SAMPLE_SIZE] for database_paths in paths]
    )


@contextmanager
def _clients(run: ScalingRun) -> Iterator[list[Client]]:
    """Run one server per database and yield a client of each."""
    with ExitStack() as stack:
        clients = []
        for number, url in enumerate(run.urls):
            server = stack.enter_context(
                run_pobratim(f"growth {number}", url, run.cores.servers, cached=False)
            )
            client = Client(server)
            stack.callback(client.close)
            clients.append(client)
        yield clients


def measure(run: ScalingRun, files: Sequence[Path], cases: Sequence[BenchCase]) -> list[Row]:
    """Return a row per case, and the rows of a list under load and of peak memory.

    Search words are sampled from ``files``, the SQLite databases with the same data as ``run``'s.
    """
    with _clients(run) as clients:
        measurable = []
        for case in [*cases, *search_cases(clients, files)]:
            if all(case.paths):
                measurable.append(case)
            else:
                progress(f"  {run.system}: {case.group}, {case.name}: the data has no value for it")
        return [
            *[_case_row(run, clients, case) for case in measurable],
            _list_under_load_row(run, clients[-1], measurable),
            _memory_row(run, clients),
        ]


def _case_row(run: ScalingRun, clients: Sequence[Client], case: BenchCase) -> Row:
    progress(f"  {run.system}: {case.group}, {case.name}")
    row = Row(
        group=f"growth, {run.system}",
        what=case.group,
        name=case.name,
        unit="ms",
        measured=None,
        than="the small one",
        target=TARGETS.get(case.group),
        at_most=True,
    )
    before = [client.bytes_received for client in clients]
    row = _with_latencies(row, partial(measure_latencies, clients, case.paths, run.requests))
    small, large = (
        client.bytes_received - earlier for client, earlier in zip(clients, before, strict=True)
    )
    return replace(row, sizes=large / small if small and not row.error else None)


def _memory_row(run: ScalingRun, clients: Sequence[Client]) -> Row:
    small, large = (Spread.of([client.server.memory()[1]]) for client in clients)
    return Row(
        group=f"growth, {run.system}",
        what="most memory of the worker",
        name="",
        unit="MB",
        measured=large,
        against=small,
        than="the small one",
    )


def _list_under_load_row(run: ScalingRun, client: Client, cases: Sequence[BenchCase]) -> Row:
    """Return the row of a list's latency during two concurrent searches, against its own alone."""
    progress(f"  {run.system}: a list beside two searches")
    searches = next(case.paths[-1] for case in cases if case.group == "search, common word")
    list_paths = [["/v1/companies"]]
    requests = run.requests // run.rounds

    def latencies() -> list[list[float]]:
        slowest = max(searches, key=lambda path: median(client.latency(path) for _ in range(5)))
        alone: list[float] = []
        under_load: list[float] = []
        for _ in range(run.rounds):
            alone += measure_latencies([client], list_paths, requests)[0]
            with background_load(client.server, [slowest], core=run.cores.load, connections=2):
                # wrk needs a moment to start both searches.
                time.sleep(0.2)
                under_load += measure_latencies([client], list_paths, requests)[0]
        return [alone, under_load]

    row = Row(
        group=f"growth, {run.system}",
        what="beside two searches",
        name="companies",
        unit="ms",
        measured=None,
        than="alone",
        target=MAX_RATIO_UNDER_LOAD,
        at_most=True,
    )
    return _with_latencies(row, latencies)


def _with_latencies(row: Row, measure_both: Callable[[], list[list[float]]]) -> Row:
    """Return the row with its baseline and measured latencies in ms, or with the error."""
    try:
        baseline, measured = (
            Spread.of([seconds * 1000 for seconds in latencies]) for latencies in measure_both()
        )
    except BenchError as error:
        return replace(row, error=str(error))
    return replace(row, against=baseline, measured=measured)
