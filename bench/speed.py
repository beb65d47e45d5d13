"""Throughput: requests per second of Pobratim, of the ASGI and ORM baselines and of peers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from app.domain.ids import entity_id
from app.resources import companies, documents
from bench.databases import peers_file, sqlite_file, sqlite_url
from bench.load import Client, Spread, wrk
from bench.report import Row
from bench.scaling import long_words
from bench.servers import (
    DATA,
    BenchError,
    Cores,
    Server,
    find_program,
    free_port,
    progress,
    run_pobratim,
    run_server,
    uvicorn,
)
from bench.workload import SAMPLE_SIZE, entity_names, sample_ids

OURS, CACHED = "Pobratim", "Pobratim, cached"
ASGI, FASTAPI = "bare ASGI", "bare FastAPI"
LAZY, EAGER = "usual build, lazy", "usual build, selectin"
DATASETTE, ROAPI = "Datasette", "roapi"
ORM_BASELINES = (LAZY, EAGER)
LEGAL_FORM = "ООО"


@dataclass(frozen=True)
class Scenario:
    """One workload with its paths by server; the first server is compared with each other one.

    ``targets`` maps servers to the minimum ratio of the first one's throughput to that of the
    fastest of them.
    """

    name: str
    paths: Mapping[str, Sequence[str]]
    targets: Mapping[Sequence[str], float]
    headers: Mapping[str, str] = field(default_factory=dict)


def scenarios(
    slugs: Sequence[str], document: str, words: Sequence[str], etag: str
) -> list[Scenario]:
    """Return all scenarios, given company ids, a document's id, search words and a list's ETag."""
    legal_form = quote(LEGAL_FORM)
    keys = [entity_id("company", slug) for slug in slugs]
    detail = f"/v1/companies/{slugs[0]}"
    page = urlencode({"_size": 50, "_sort": "name_key"})
    return [
        Scenario(
            "hot list",
            {CACHED: ["/v1/companies"], ASGI: ["/list"], FASTAPI: ["/list"]},
            {(ASGI,): 0.7},
        ),
        Scenario(
            "hot detail",
            {CACHED: [detail], ASGI: ["/detail"], FASTAPI: ["/detail"]},
            {(ASGI,): 0.7},
        ),
        Scenario(
            "hot page of a document",
            {CACHED: [f"/documents/{document}"], ASGI: ["/page"]},
            {(ASGI,): 0.7},
        ),
        Scenario(
            "304",
            {CACHED: ["/v1/companies"], ASGI: ["/304"]},
            {(ASGI,): 0.7},
            headers={"If-None-Match": etag},
        ),
        Scenario(
            "list",
            {
                OURS: ["/v1/companies"],
                LAZY: ["/companies"],
                EAGER: ["/companies"],
                DATASETTE: [f"/peers/company.json?{page}"],
                ROAPI: ["/api/tables/company?sort=name_key&limit=50"],
            },
            {ORM_BASELINES: 5, (DATASETTE,): 2},
        ),
        Scenario(
            "list, filtered",
            {
                OURS: [f"/v1/companies?legal_form={legal_form}"],
                LAZY: [f"/companies?legal_form={legal_form}"],
                EAGER: [f"/companies?legal_form={legal_form}"],
                DATASETTE: [f"/peers/company.json?{page}&legal_form={legal_form}"],
                ROAPI: [
                    f"/api/tables/company?sort=name_key&limit=50&filter[legal_form]=%27{legal_form}%27"
                ],
            },
            {ORM_BASELINES: 5, (DATASETTE,): 2},
        ),
        Scenario(
            "detail",
            {
                OURS: [f"/v1/companies/{slug}" for slug in slugs],
                LAZY: [f"/companies/{slug}" for slug in slugs],
                EAGER: [f"/companies/{slug}" for slug in slugs],
                DATASETTE: [f"/peers/company/{key}.json?_shape=objects" for key in keys],
                ROAPI: [f"/api/tables/company?filter[id]={key}" for key in keys],
            },
            {ORM_BASELINES: 5, (DATASETTE,): 1},
        ),
        Scenario(
            "page of a record",
            {
                OURS: [f"/companies/{slug}" for slug in slugs],
                DATASETTE: [f"/peers/company/{key}" for key in keys],
            },
            {},
        ),
        Scenario(
            "facets",
            {
                OURS: ["/v1/companies?facet=city&facet=legal_form"],
                DATASETTE: [f"/peers/company.json?{page}&_facet=city&_facet=legal_form"],
            },
            {(DATASETTE,): 5},
        ),
        Scenario(
            "search",
            {
                OURS: [f"/v1/search?q={quote(word)}" for word in words],
                DATASETTE: [
                    f"/peers/record.json?{urlencode({'_search': word, '_size': 50})}"
                    for word in words
                ],
            },
            {(DATASETTE,): 2},
        ),
    ]


@contextmanager
def run_servers(facts: int, cores: Cores) -> Iterator[dict[str, Server]]:
    """Run all servers on the same data; each is idle while another one is under load."""
    database, peers_database = sqlite_file(facts), peers_file(facts)
    url = sqlite_url(database)
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(run_pobratim(name, url, cores.servers, cached=cached))
            for name, cached in ((OURS, False), (CACHED, True))
        }
        recording = DATA / "answers.json"
        company, document = (
            sample_ids(database, each)[0] for each in (companies.companies, documents.documents)
        )
        recording.write_text(json.dumps(_record(servers[CACHED], company, document)))

        def run(name: str, factory: str, ready_path: str, **environment: str) -> None:
            port = free_port()
            servers[name] = stack.enter_context(
                run_server(
                    name,
                    uvicorn(factory, port),
                    port=port,
                    core=cores.servers,
                    ready_path=ready_path,
                    environment=environment,
                )
            )

        orm_app = "bench.orm_baseline:create_app"
        run(ASGI, "bench.asgi_baseline:asgi_app", "/list", ANSWERS=str(recording))
        run(FASTAPI, "bench.asgi_baseline:fastapi_app", "/list", ANSWERS=str(recording))
        run(LAZY, orm_app, "/companies", DATABASE_URL=url)
        run(EAGER, orm_app, "/companies", DATABASE_URL=url, LOADING="selectin")
        run(
            DATASETTE,
            "bench.peers:datasette_app",
            "/peers.json",
            PEERS_DATABASE=str(peers_database),
        )
        servers[ROAPI] = stack.enter_context(_run_roapi(peers_database, cores))
        yield servers


def _run_roapi(database: Path, cores: Cores) -> AbstractContextManager[Server]:
    port = free_port()
    command = [
        find_program("roapi", "`make bench` installs it."),
        *("--addr-http", f"127.0.0.1:{port}", "--table", f"company=sqlite://{database}"),
        # roapi always listens for these protocols, too; port 0 avoids a conflict.
        *("--addr-postgres", "127.0.0.1:0", "--addr-flight-sql", "127.0.0.1:0"),
    ]
    return run_server(
        ROAPI,
        command,
        port=port,
        core=cores.servers,
        ready_path="/api/tables/company?limit=1",
        environment={"RUST_LOG": "error"},
    )


def _list_etag(client: Client) -> str:
    _status, headers, _body = client.get("/v1/companies")
    return dict(headers)["etag"]


def _record(server: Server, slug: str, document: str) -> dict[str, object]:
    """Return Pobratim's responses by path, for the ASGI baselines to replay."""
    client = Client(server)
    requests = {
        "/list": ("/v1/companies", {}),
        "/detail": (f"/v1/companies/{slug}", {}),
        "/page": (f"/documents/{document}", {}),
        "/304": ("/v1/companies", {"If-None-Match": _list_etag(client)}),
    }
    responses: dict[str, object] = {}
    for baseline_path, (path, request_headers) in requests.items():
        status, headers, body = client.get(path, request_headers)
        responses[baseline_path] = {
            "status": status,
            # uvicorn adds its own Date header.
            "headers": [header for header in headers if header[0].lower() != "date"],
            "body": body.decode(),
        }
    client.close()
    return responses


def measure(facts: int, cores: Cores, *, rounds: int, seconds: int) -> list[Row]:
    """Return the throughput rows of every scenario and the memory row of every server."""
    database = sqlite_file(facts)
    words = sorted(set(long_words(entity_names(database))))
    words = Random(20).sample(words, min(SAMPLE_SIZE, len(words)))  # noqa: S311 (no secret)
    with run_servers(facts, cores) as servers:
        idle_memory = {name: server.memory()[0] for name, server in servers.items()}
        client = Client(servers[CACHED])
        slugs, found = (
            sample_ids(database, each) for each in (companies.companies, documents.documents)
        )
        all_scenarios = scenarios(slugs, found[0], words, _list_etag(client))
        client.close()
        for scenario in all_scenarios:
            _check_responses(scenario, servers)
        throughputs: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds):
            for scenario in all_scenarios:
                progress(f"  round {number + 1} of {rounds}: {scenario.name}")
                for name, paths in scenario.paths.items():
                    headers = scenario.headers if name in (OURS, CACHED) else {}
                    throughput = wrk(
                        servers[name], paths, core=cores.load, seconds=seconds, headers=headers
                    )
                    throughputs.setdefault((scenario.name, name), []).append(throughput)
        rows = [
            row for scenario in all_scenarios for row in _throughput_rows(scenario, throughputs)
        ]
        return [*rows, *_memory_rows(servers, idle_memory)]


def _check_responses(scenario: Scenario, servers: Mapping[str, Server]) -> None:
    """Request every path once, so that no server is measured on error responses."""
    for name, paths in scenario.paths.items():
        client = Client(servers[name])
        for path in paths:
            if scenario.headers:
                if client.get(path, scenario.headers)[0] != HTTPStatus.NOT_MODIFIED:
                    raise BenchError(f"{name} answers {path} with no 304.")
            else:
                client.latency(path)
        client.close()


def _throughput_rows(
    scenario: Scenario, throughputs: Mapping[tuple[str, str], Sequence[float]]
) -> list[Row]:
    spreads = {name: Spread.of(throughputs[scenario.name, name]) for name in scenario.paths}
    ours, *others = spreads
    targets = {
        max(names, key=lambda name: spreads[name].median): target
        for names, target in scenario.targets.items()
    }
    return [
        Row(
            group="speed",
            what=scenario.name,
            name="",
            unit="/s",
            measured=spreads[ours],
            against=spreads[other],
            than=other,
            target=targets.get(other),
        )
        for other in others
    ]


def _memory_rows(servers: Mapping[str, Server], idle_memory: Mapping[str, float]) -> list[Row]:
    return [
        Row(
            group="memory under load, against idle",
            what=name,
            name="",
            unit="MB",
            measured=Spread.of([server.memory()[1]]),
            against=Spread.of([idle_memory[name]]),
            than="idle",
        )
        for name, server in servers.items()
    ]
