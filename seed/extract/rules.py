"""Rules: what a line of a facts file may say of a record of its kind."""

from app.domain.vocabulary import PREDICATES, Kind, Predicate, allowed_values
from seed.extract.edtf import parse
from seed.extract.facts_file import FactLine
from seed.extract.problems import did_you_mean, one_of


class RuleError(ValueError):
    """A line breaks a rule; ``key`` is to blame, and may have ``suggestion`` instead."""

    def __init__(self, message: str, key: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.suggestion = suggestion


def check_line(kind: Kind, line: FactLine) -> None:
    """Raise RuleError where a line says what can't be said."""
    predicate = _predicate(kind, line)
    if line.object is not None:
        target = line.object.partition("/")[0]
        if target not in predicate.objects:
            allowed = ", ".join(predicate.objects)
            raise RuleError(f"{line.object} is not one of: {allowed}", "object")
        if predicate.same_kind and target != kind:
            raise RuleError(f"{line.object} is no {kind}", "object")
    if line.attributed_to is not None and not line.attributed_to.startswith("person/"):
        wrong = f"{line.attributed_to} is not a person, so nothing can be attributed to it"
        raise RuleError(wrong, "attributed_to")
    if predicate.verbatim and line.support == "stated" and not _is_verbatim(line):
        wrong = f"«{line.value}» doesn't stand in the quote letter for letter"
        raise RuleError(wrong, "value")
    if line.support == "inferred" and not line.reason:
        raise RuleError("what is inferred needs its reason", "support")


def _predicate(kind: Kind, line: FactLine) -> Predicate:
    """Return the predicate of a line; raise RuleError where it can't say this."""
    predicate = PREDICATES.get(line.predicate)
    if predicate is None or kind not in predicate.subjects:
        allowed = [name for name, each in PREDICATES.items() if kind in each.subjects]
        near, question = did_you_mean(line.predicate, allowed)
        wrong = f"«{line.predicate}» isn't said of a {kind}; {', '.join(allowed)} are{question}"
        raise RuleError(wrong, "predicate", near)
    if (line.value is None) == (line.object is None):
        raise RuleError("a fact needs either a value or an object", "predicate")
    if line.object is not None and not predicate.objects:
        raise RuleError("takes a value and no object", "object")
    if line.value is not None:
        try:
            _check_value(kind, predicate, line.value)
        except RuleError:
            raise
        except ValueError as error:
            raise RuleError(str(error), "value") from error
    return predicate


def _is_verbatim(line: FactLine) -> bool:
    return any(line.value in quote for quote in line.quote if line.value)


def _check_value(kind: Kind, predicate: Predicate, value: str) -> None:
    if predicate.value is None:
        raise ValueError("takes an object and no value")
    allowed = allowed_values(predicate, kind)
    if allowed and value not in allowed:
        message, near = one_of(value, [*allowed])
        raise RuleError(message, "value", near)
    if predicate.value == "edtf":
        parse(value)
    if predicate.value == "integer" and not (
        value.isascii() and value.isdigit() and len(value) <= 9
    ):
        raise ValueError(f"«{value}» is not a whole number of at most nine digits")
