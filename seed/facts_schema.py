"""The JSON Schema of facts files, by which an editor completes and checks them as one types.

It has the rules of a single fact; only a load knows whether a quote stands in the text, and whether
a record exists. ``python -m seed.facts_schema`` writes it.
"""

import json
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from app.domain.ids import SLUG
from app.domain.vocabulary import (
    KINDS,
    PREDICATES,
    SUPPORTS,
    Kind,
    Predicate,
    Word,
    allowed_values,
)
from seed.extract import facts_file

Schema = dict[str, Any]

PATH = Path(__file__).with_name("facts.schema.json")
MODELINE = "# yaml-language-server: $schema=../../facts.schema.json"
"""The first line of every facts file, which tells editors its schema."""

# In the YAML of editors 25 is a number; in that of a load everything is text. Truth values are left
# out, or editors would offer them for every value: the words true and false need quotation marks.
_SCALAR = ["string", "number"]
_TEXT = {"type": _SCALAR, "pattern": r"\S"}
_MONTHS = "0[1-9]|1[0-2]"
_DAYS = (
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|[12][0-9])"
)
_DATE = {
    "description": "A date in EDTF: XXXX for a year that isn't told, /.. behind a beginning.",
    "type": ["string", "integer"],
    "pattern": rf"^((?!0000)[0-9]{{4}}|(?!0000)([0-9]{{4}}|XXXX)-({_MONTHS}|{_DAYS}))(/\.\.)?$",
    "patternErrorMessage": "A date such as 2013, 2013-10-14, XXXX-10-14 or XXXX-10-14/..",
    "minimum": 1,
    "maximum": 9999,
}
_INTEGER = {
    "description": "A whole number in digits alone.",
    "type": ["string", "integer"],
    "pattern": "^[0-9]{1,9}$",
    "patternErrorMessage": "A whole number of at most nine digits.",
    "minimum": 0,
    "maximum": 999_999_999,
}


def facts_schema() -> Schema:
    """Return the schema: the facts of every section, by the predicates of its kind."""
    kinds = facts_file.KINDS
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "description": "The facts of one document, by kind and record.",
        "type": "object",
        "additionalProperties": False,
        "properties": {section: _section(kind) for section, kind in kinds.items()},
        "definitions": _keys() | {kind: _fact(kind) for kind in kinds.values()},
    }


def _keys() -> Schema:
    """Return the schemas of the keys of a fact, without what its predicate demands of them."""
    return {
        "value": {"description": "What is said, as a text."},
        "object": {"description": "Or the record on the other side."},
        "quote": {
            "description": "The words that prove it, as the text has them: once in the text, or "
            "once in `within`. Words that stand apart are a list.",
            **_TEXT,
            "type": [*_SCALAR, "array"],
            "minItems": 1,
            "items": _TEXT,
        },
        "within": {"description": "A passage that has the quote only once.", **_TEXT},
        "support": {
            "description": "How far the words carry it; `stated` where the key is left out.",
            "default": "stated",
            **_one_of(SUPPORTS),
        },
        "attributed_to": {
            "description": "The speaker whose claim it is, where it isn't the text's own.",
            **_reference(("person",)),
        },
        "reason": {"description": "Why the words are read this way.", **_TEXT},
        "draft": {
            "description": "The mark of a suggestion by `python -m seed draft`, with its guesses "
            "where there are several. A load refuses it.",
            "deprecated": True,
            "deprecationMessage": "A suggestion: read it, then remove `draft`.",
            "doNotSuggest": True,
        },
    }


def _section(kind: Kind) -> Schema:
    return {
        "description": _meaning(KINDS[kind].plural.ru, KINDS[kind]),
        "type": "object",
        "propertyNames": {
            "pattern": f"^{SLUG}$",
            "patternErrorMessage": "An id has a-z, 0-9 and single hyphens.",
            "maxLength": 100,
        },
        "additionalProperties": {
            "description": "The facts about one record, by its id.",
            "type": "array",
            "minItems": 1,
            "items": {"$ref": f"#/definitions/{kind}"},
        },
    }


def _fact(kind: Kind) -> Schema:
    """Return the schema of a fact about a kind."""
    said = {key: each for key, each in PREDICATES.items() if kind in each.subjects}
    groups = [list(each) for _, each in groupby(sorted(said.values(), key=_use), key=_use)]
    needs_reason = _required("reason", "What is inferred needs its reason.")
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["predicate", "quote"],
        "properties": {
            "predicate": {"description": "What is said of the record.", **_one_of(said)},
            **{key: {"$ref": f"#/definitions/{key}"} for key in _keys()},
        },
        "allOf": [
            _if("support", ["inferred"], needs_reason),
            *(
                _if("predicate", [each.key for each in group], _object_or_value(kind, group[0]))
                for group in groups
            ),
        ],
    }


def _use(predicate: Predicate) -> tuple[str, tuple[Kind, ...], bool]:
    """Return what a predicate takes, by which predicates are grouped."""
    return predicate.value or "", predicate.objects, predicate.same_kind


def _object_or_value(kind: Kind, predicate: Predicate) -> Schema:
    """Return the schema of a fact with a predicate of a kind: what it takes, and what not."""
    objects = (kind,) if predicate.same_kind else predicate.objects
    if predicate.value is None:
        return {
            **_required("object", "It takes an object and no value."),
            "properties": {"value": False, "object": _reference(objects)},
        }
    value = _value(kind, predicate)
    if not objects:
        return {
            **_required("value", "It takes a value and no object."),
            "properties": {"value": value, "object": False},
        }
    either = "It takes either a value or an object."
    return {
        "properties": {"value": value, "object": _reference(objects)},
        "if": {"required": ["value"]},
        "then": {"properties": {"object": False}, "errorMessage": either},
        "else": _required("object", either),
    }


def _value(kind: Kind, predicate: Predicate) -> Schema:
    if words := allowed_values(predicate, kind):
        return _one_of(words)
    return {"edtf": _DATE, "integer": _INTEGER}.get(str(predicate.value), _TEXT)


def _if(key: str, values: list[str], then: Schema) -> Schema:
    """Return the schema that demands something of facts with one of some values."""
    # By an enum here, editors lose which of all values stands there, and don't show it first.
    is_one = {"type": "string", "pattern": f"^({'|'.join(values)})$"}
    return {"if": {"properties": {key: is_one}, "required": [key]}, "then": then}


def _required(key: str, message: str) -> Schema:
    return {"required": [key], "errorMessage": message}


def _reference(kinds: tuple[Kind, ...]) -> Schema:
    """Return the schema of a reference to a record of one of some kinds."""
    allowed = " or ".join(f"{kind}/id" for kind in kinds)
    return {
        "type": "string",
        "pattern": f"^({'|'.join(kinds)})/{SLUG}$",
        "patternErrorMessage": f"A record as {allowed}.",
        "maxLength": 120,
    }


def _one_of(words: Mapping[Any, Word]) -> Schema:
    return {
        "enum": list(words),
        "enumDescriptions": [_meaning(word.label.ru, word) for word in words.values()],
    }


def _meaning(label: str, word: Word) -> str:
    """Return the Russian label of a word with its meaning and what else editors should show."""
    marks = []
    if isinstance(word, Predicate):
        marks += ["one at most"] * word.single + ["in the words of the quote"] * word.verbatim
    return f"{label}: {word.meaning}" + (f" ({', '.join(marks)})" if marks else "")


def schema_text() -> str:
    """Return the file of the schema."""
    return json.dumps(facts_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
