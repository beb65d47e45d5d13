"""The architecture: the documented paths exist, and the code keeps the sizes that it promises."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "app").rglob("*.py"))
SEED = sorted((ROOT / "seed").rglob("*.py"))
MAX_FUNCTION_LINES = 40
MAX_PARAMETERS = 6
MAX_MODULE_LINES = 250
DIALECT_MODULES = {ROOT / "app" / "search" / "indexes.py"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def test_every_documented_path_exists() -> None:
    paths = set(re.findall(r"\b((?:app|seed|migrations|bench|tests)/[\w/.]*)", DOCUMENT))
    assert len(paths) > 60
    assert not [path for path in paths if not (ROOT / path.rstrip(".")).exists()]


def test_every_room_of_the_application_is_documented() -> None:
    rooms = {
        path.parent.relative_to(ROOT).parts[1] for path in SOURCES if path.parent.name != "app"
    }
    assert not [room for room in rooms if f"`app/{room}/`" not in DOCUMENT]


def test_the_documented_functions_exist() -> None:
    named = set(re.findall(r"`(_?[a-z]+(?:_[a-z]+)+|resolve|respond|references)`", DOCUMENT))
    defined = {function.name for path in SOURCES + SEED for function in functions(path)}
    assert len(named) > 10
    assert named - defined == {"response_model"}


def test_the_glossary_is_short() -> None:
    glossary = DOCUMENT.partition("## Glossary")[2]
    assert 10 <= glossary.count("\n| ") - 1 <= 15


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_are_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_MODULE_LINES
    for function in functions(path):
        assert function.end_lineno is not None
        assert function.end_lineno - function.lineno < MAX_FUNCTION_LINES, function.name
        arguments = function.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        names += [each.arg for each in arguments.kwonlyargs]
        assert len(set(names) - {"self", "cls"}) <= MAX_PARAMETERS, function.name


def test_one_room_knows_the_dialects_of_the_databases() -> None:
    naming = {path for path in SOURCES if "dialect" in path.read_text(encoding="utf-8")}
    assert {path for path in naming if path.parent.name != "db"} == DIALECT_MODULES


def test_the_seed_starts_without_libraries_that_few_commands_need() -> None:
    libraries = {"alembic", "fastapi", "starlette", "uvicorn", "watchfiles"}
    code = f"import seed.__main__, sys; print({libraries} & set(sys.modules))"
    assert python(code) == "set()\n"


def test_no_garbage_is_collected_while_the_seed_starts() -> None:
    code = (
        "import gc, sys; found = []; gc.callbacks.append(lambda *_: found.append({*sys.modules}));"
        "import seed.__main__; print(any('pydantic' in each for each in found), gc.isenabled())"
    )
    assert python(code) == "False True\n"


def test_the_seed_starts_without_what_few_commands_need() -> None:
    some = "{'fastapi', 'alembic', 'psycopg', 'watchfiles', 'seed.synthetic.generate'}"
    code = f"import sys, seed.__main__, app.db.engine; print({some} & sys.modules.keys())"
    assert python(code) == "set()\n"


def python(code: str) -> str:
    """Return the output of a new process."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
