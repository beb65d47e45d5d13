"""The made-up world that generated documents tell of."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TypeVar

from seed.synthetic import words

T = TypeVar("T")


@dataclass(frozen=True)
class Named:
    """A record that may be spoken of: its reference, its name, and whatever else is printed."""

    reference: str
    name: str
    printed: str
    genitive: str = ""
    locative: str = ""
    within: "Named | None" = None
    form: str = ""
    post: str = ""
    is_woman: bool = False
    brand: str = ""


class Popularity:
    """Draws numbers below a growing bound, number k about 1/(k + 1) as often as the first."""

    def __init__(self) -> None:
        self._sums = [0.0]

    def draw(self, random: Random, bound: int) -> int:
        """Return a number from 0 to ``bound`` - 1."""
        while len(self._sums) <= bound:
            self._sums.append(self._sums[-1] + 1 / len(self._sums))
        return bisect(self._sums, random.random() * self._sums[bound], 1, bound) - 1

    def choose(self, random: Random, among: Sequence[T]) -> T:
        """Return one of a sequence, the first ones far more often."""
        return among[self.draw(random, len(among))]


class World:
    """Whatever can be spoken of. All but the places are endless: record k is the same each time."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.cities: list[Named] = []
        for name, land in words.towns():
            country = Named(f"place/{words.slug(land)}", land, land)
            genitive, locative = (words.place_in(name, case) for case in ("gent", "loct"))
            region = f"Область города {genitive}"
            around = Named(f"place/oblast-{words.slug(name)}", region, region, within=country)
            self.cities.append(
                Named(f"place/{words.slug(name)}", name, name, genitive, locative, around)
            )
        self.venues = [
            Named(
                f"place/{words.slug(f'{kind} {name} {city.name}')}",
                f"{kind.capitalize()} «{name}»",
                f"{kind} «{name}»",
                within=city,
            )
            for number, name in enumerate(words.LISTS["venue_names"])
            for step, kind in enumerate(words.LISTS["venues"])
            for city in [
                self.cities[(number * len(words.LISTS["venues"]) + step) % len(self.cities)]
            ]
        ]
        self._popularity = Popularity()
        self.company = lru_cache(20_000)(self._company)
        self.person = lru_cache(20_000)(self._person)
        self.body = lru_cache(20_000)(self._body)

    def _random(self, kind: str, number: int) -> Random:
        return Random(f"{self._seed} {kind} {number}")  # noqa: S311 (no secret)

    def city(self, random: Random) -> Named:
        """Return a city, the big ones far more often."""
        return self._popularity.choose(random, self.cities)

    def _company(self, number: int) -> Named:
        random = self._random("company", number)
        if random.random() < 0.15:
            phrase = random.choice(words.phrases().nominative).capitalize()
            name = phrase
        else:
            parts = (
                words.LISTS["name_starts"],
                words.LISTS["name_middles"],
                words.LISTS["name_ends"],
            )
            name = "".join(random.choice(part) for part in parts)
        form = random.choice(words.LISTS["forms"])
        brand = f"{random.choice(words.LISTS['venue_names'])}{random.randrange(100)}"
        return Named(
            f"company/{words.slug(name)}-{number}",
            name,
            f"{form} «{name}»",
            within=self.city(random),
            form=form,
            brand=brand if random.random() < 0.3 else "",
        )

    def _person(self, number: int) -> Named:
        random = self._random("person", number)
        is_woman = random.random() < 0.4
        first = random.choice(words.LISTS["women" if is_woman else "men"])
        surname = (
            random.choice(words.LISTS["surname_roots"])
            + random.choice(words.SURNAME_ENDS)[is_woman]
        )
        name = f"{first} {surname}"
        within, post = self.city(random), random.choice(words.LISTS["posts_of_territories"])
        if number % 2:
            body = self._popularity.draw(random, number // 2 + 1)
            within, post = self.body(body), random.choice(words.LISTS["posts_of_bodies"])
        return Named(
            f"person/{words.slug(name)}-{number}",
            name,
            f"{first} {surname.upper()}",
            within=within,
            post=post,
            is_woman=is_woman,
        )

    def _body(self, number: int) -> Named:
        """Return an organization: the administrations of all cities come first."""
        if number < len(self.cities):
            city = self.cities[number]
            name = f"дминистрация {city.genitive}"
            slug = f"organization/administratsiya-{city.reference[6:]}"
            return Named(
                slug,
                f"А{name}",
                f"а{name}",
                f"администрации {city.genitive}",
                within=city,
                form="public_body",
            )
        random = self._random("organization", number)
        city = self.city(random)
        if random.random() < 0.4:
            about = random.choice(words.phrases().genitive)
            name = f"епартамент {about} города {city.genitive}"
            return Named(
                f"organization/departament-{number}",
                f"Д{name}",
                f"д{name}",
                f"департамента {about} города {city.genitive}",
                within=city,
                form="department",
            )
        if random.random() < 0.5:
            name = f"кола № {random.randrange(1, 400)} города {city.genitive}"
            return Named(
                f"organization/shkola-{number}",
                f"Ш{name}",
                f"ш{name}",
                f"школы{name[4:]}",
                within=city,
                form="school",
            )
        name = f"узей «{random.choice(words.phrases().nominative).capitalize()}»"
        return Named(
            f"organization/muzey-{number}",
            f"М{name}",
            f"м{name}",
            f"музея{name[4:]}",
            within=city,
            form="museum",
        )
