"""Caches: each is bounded by the number of its entries, and clients' texts by their length."""

import gc
import inspect
import pkgutil
import weakref
from collections.abc import Callable, Iterator
from functools import _lru_cache_wrapper
from importlib import import_module

import pytest

import app
from app.domain.ids import entity_id
from app.search.analysis import normalize

MAX_ENTRIES = 10_000


class Sent(str):
    """A text whose deletion can be observed."""

    __slots__ = ("__weakref__",)


def caches() -> Iterator["_lru_cache_wrapper[object]"]:
    """Yield every memoized function of the application."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name != "app.__main__":
            for value in vars(import_module(module.name)).values():
                if isinstance(value, _lru_cache_wrapper):
                    yield value


def test_every_cache_of_what_clients_send_is_bounded() -> None:
    found = set(caches())
    assert len(found) > 5
    for cache in found:
        if inspect.signature(cache).parameters:
            size = cache.cache_parameters()["maxsize"]
            assert size is not None, cache
            assert size <= MAX_ENTRIES, cache


@pytest.mark.parametrize(
    "keep", [normalize, lambda text: entity_id("company", text)], ids=["word", "id"]
)
def test_no_cache_keeps_a_long_text(keep: Callable[[str], object]) -> None:
    sent = Sent("a" * 10_000)
    alive = weakref.ref(sent)
    keep(sent)
    del sent
    gc.collect()
    assert alive() is None
