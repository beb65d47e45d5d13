"""Strict JSON: lists and mappings of texts, under the rules of strict YAML."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from seed.errors import MAX_ERRORS, Location, SeedError, SeedErrors
from seed.extract.characters import BYTE_ORDER_MARK, check_value
from seed.extract.problems import Keys, Problem, errors_in
from seed.extract.strict_yaml import MAX_DEPTH

_TOO_DEEP = f"lists and mappings are nested at most {MAX_DEPTH} deep"


def parse(path: Path, text: str) -> Any:
    """Return the value of a JSON file; raise SeedErrors for what strict YAML would refuse, too."""
    try:
        value = json.loads(text.removeprefix(BYTE_ORDER_MARK), object_pairs_hook=_mapping)
        problems = list(islice(_problems(value, ()), MAX_ERRORS + 1))
    except json.JSONDecodeError as error:
        at = Location(error.lineno, error.colno)
        wrong = SeedError(f"is no valid JSON: {error.msg}", path, location=at)
        raise SeedErrors([wrong]) from error
    except RecursionError as error:
        raise SeedErrors([SeedError(_TOO_DEEP, path)]) from error
    except ValueError as error:
        raise SeedErrors([SeedError(str(error), path)]) from error
    if problems:
        raise SeedErrors(errors_in(path, text, problems))
    return value


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key «{twice[:100]}» stands twice")
    return mapping


def _problems(value: Any, keys: Keys) -> Iterator[Problem]:
    """Yield whatever is wrong with a value and those in it."""
    if isinstance(value, str):
        try:
            check_value(value)
        except ValueError as error:
            yield Problem(keys, str(error))
    elif not isinstance(value, dict | list):
        yield Problem(keys, f"«{json.dumps(value)[:100]}» is no text: put it in quotation marks")
    elif len(keys) >= MAX_DEPTH:
        raise ValueError(_TOO_DEEP)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _problems(key, (*keys, key))
            yield from _problems(each, (*keys, key))
    else:
        for index, each in enumerate(value):
            yield from _problems(each, (*keys, index))
