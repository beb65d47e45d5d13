"""Generated documents: as many made-up facts as are wanted, the same for the same seed number."""

import json
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TypeVar

from tqdm import tqdm

from app.domain.vocabulary import COLLECTIONS
from seed import words
from seed.errors import SeedError
from seed.files import FACTS, KINDS, METADATA, TEXT

T = TypeVar("T")
Place = tuple[int, str]
"""Where a sentence starts in its text, and the sentence."""

_YEARS = range(1995, 2026)
_EVENTS = {
    "exhibition": "Выставка",
    "business_programme": "Деловая программа",
    "trade_mission": "Торговая миссия",
    "contact_exchange": "Биржа контактов",
    "city_days": "Дни",
    "visit": "Визит",
    "match": "Матч",
}
_AGREEMENTS = {
    "intent": "соглашение о намерениях",
    "protocol_of_intent": "протокол о намерениях",
    "sister_city": "соглашение о побратимских связях",
}


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


@dataclass
class Document:
    """A document that is being written: sentences, and facts with the sentence of their quote."""

    facts: dict[str, dict[str, list[tuple[str, str, int, str]]]] = field(default_factory=dict)
    """By section and id: what is said, the quote, the offset of its sentence, the sentence."""
    _said: set[str] = field(default_factory=set)
    _offsets: dict[str, int] = field(default_factory=dict)
    _length: int = 0

    def write(self, sentence: str) -> int:
        """Add a sentence, unless it is there already; return its offset."""
        at = self._offsets.setdefault(sentence, self._length)
        if at == self._length:
            self._length += len(sentence) + 1
        return at

    def say(self, record: str, said: str, quote: str, place: Place, more: str = "") -> bool:
        """Add a fact with a quote from a sentence; return False where it stands here already."""
        key = f"{record} {said}"
        if key in self._said:
            return False
        self._said.add(key)
        kind, _, slug = record.partition("/")
        lines = self.facts.setdefault(COLLECTIONS[kind], {}).setdefault(slug, [])  # type: ignore[index]
        lines.append((said + more, quote, *place))
        return True

    def save(self, folder: Path) -> None:
        """Write the three files."""
        folder.mkdir()
        text = "\n".join(self._offsets)
        (folder / TEXT).write_bytes(text.encode())
        title = _quoted(next(iter(self._offsets)))
        (folder / METADATA).write_bytes(f"title: {title}\nlanguage: ru\n".encode())
        lines = []
        for section in KINDS:
            if section in self.facts:
                lines.append(f"{section}:\n")
                for slug, facts in self.facts[section].items():
                    lines.append(f"  {slug}:\n")
                    lines += [_line(text, *fact) for fact in facts]
        (folder / FACTS).write_bytes("".join(lines).encode())


def _quoted(text: str) -> str:
    """Return a text as a scalar of YAML."""
    return json.dumps(text, ensure_ascii=False)


def _line(text: str, said: str, quote: str, at: int, sentence: str) -> str:
    if sentence.count(quote) > 1:
        quote = sentence
    at += sentence.index(quote)
    within = ""
    if text.find(quote) != at or text.find(quote, at + 1) >= 0:
        within = f", within: {_quoted(sentence)}"
    return f"    - {{{said}, quote: {_quoted(quote)}{within}}}\n"


def _value(predicate: str, value: str) -> str:
    return f"predicate: {predicate}, value: {_quoted(value)}"


def _tie(predicate: str, other: Named) -> str:
    return f"predicate: {predicate}, object: {other.reference}"


_ENTAILED = ", support: entailed"


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


class Writer:
    """Writes documents one after another, and counts the facts that none before had."""

    def __init__(self, seed: int) -> None:
        self.world = World(seed)
        self.facts = 0
        self._random = Random(f"{seed} documents")  # noqa: S311 (no secret)
        self._popularity = Popularity()
        self._known = dict.fromkeys(COLLECTIONS.values(), 0)
        self._places: set[str] = set()
        self._document = Document()
        self._introduced: set[str] = set()

    def documents(self, facts: int) -> Iterator[Document]:
        """Yield documents until they have so many facts: most are short, a few very long."""
        while self.facts < facts:
            self._document, self._introduced = Document(), set()
            size = max(1, min(int(1 / (1.02 - self._random.random())), 50))
            for _ in range(size):
                if self.facts < facts:
                    self._scene()
            yield self._document

    # What a scene is made of

    def _scene(self) -> None:
        """Write of one event: where and when it was, who took part, what came of it."""
        random = self._random
        city = self.world.city(random)
        event, date = self._event(city)
        self._fill()
        for _ in range(random.choice((1, 2, 2, 3, 4, 6, 9))):
            company = self._company()
            if random.random() < 0.7:
                self._role(event, company, random.choice(("participant", "exhibitor", "exhibitor")))
            if random.random() < 0.2:
                self._fill()
        people = [self._person() for _ in range(random.choice((1, 1, 2, 3)))]
        for person in people:
            self._role(event, person, random.choice(("head", "participant", "visitor")))
        if random.random() < 0.6:
            self._body(event)
        if random.random() < 0.5:
            self._agreement(event, city, date, people)
        if random.random() < 0.6:
            self._quotation(people[0], city)
        self._fill()

    def _put(self, sentence: str) -> Place:
        return self._document.write(sentence), sentence

    def _say(
        self, record: Named, said: str, quote: str, place: Place, more: str = "", *, new: bool
    ) -> None:
        self.facts += self._document.say(record.reference, said, quote, place, more) and new

    def _fill(self) -> None:
        """Write some sentences that no fact is in: none or a few, sometimes very many."""
        random, phrases = self._random, words.phrases()
        pick = self._popularity.choose
        for _ in range(min(int(0.8 / (1.01 - random.random())), 60)):
            subject = pick(random, phrases.nominative)
            adverb = random.choice(words.LISTS["adverbs"])
            verb = random.choice(phrases.past)
            what, whose = pick(random, phrases.accusative), pick(random, phrases.genitive)
            match random.randrange(3):
                case 0:
                    text = f"{adverb.capitalize()} {verb} {what} {whose}."
                case 1:
                    other = pick(random, phrases.nominative)
                    means = pick(random, phrases.instrumental)
                    text = f"По словам участников, {subject} – это {other} вместе с {means}."
                case _:
                    other = pick(random, phrases.genitive)
                    text = f"{subject.capitalize()} {whose} и {other}: {adverb} {verb} {what}."
            self._document.write(text)

    def _known_or_new(self, kind: str, share: float) -> tuple[int, bool]:
        """Return the number of a record, and whether it is new: ``share`` of them are."""
        known = self._known[kind]
        if known == 0 or self._random.random() < share:
            self._known[kind] += 1
            return known, True
        return self._popularity.draw(self._random, known), False

    def _name(self, record: Named, quote: str, place: Place, *, new: bool, exact: bool) -> None:
        more = "" if exact else _ENTAILED
        self._say(record, _value("name", record.name), quote, place, more, new=new)

    def _is_first_here(self, record: Named) -> bool:
        if record.reference in self._introduced:
            return False
        self._introduced.add(record.reference)
        return True

    def _city(self, city: Named, quote: str, place: Place) -> None:
        """Say what is known of a city that a sentence names in another case."""
        if not self._is_first_here(city):
            return
        self._name(city, quote, place, new=self._is_new(city), exact=False)
        region = city.within
        if region is None or region.within is None:
            raise ValueError(f"{city.name} lies nowhere")
        country = region.within
        if region.reference in self._places and self._random.random() > 0.1:
            return
        new, country_new = self._is_new(region), self._is_new(country)
        at = self._put(f"Город {city.name} – это {region.name}, {country.name}.")
        quote = f"Город {city.name} – это {region.name}"
        self._say(city, _value("type", "city"), f"Город {city.name}", at, new=new)
        self._say(city, _tie("parent", region), quote, at, new=new)
        self._name(region, region.name, at, new=new, exact=True)
        self._say(region, _value("type", "region"), region.name, at, new=new)
        quote = f"{region.name}, {country.name}"
        self._say(region, _tie("parent", country), quote, at, new=new)
        self._name(country, country.name, at, new=country_new, exact=True)
        self._say(country, _value("type", "country"), country.name, at, new=country_new)

    def _is_new(self, place: Named) -> bool:
        """Tell whether no document before named a place."""
        if place.reference in self._places:
            return False
        self._places.add(place.reference)
        return True

    def _event(self, city: Named) -> tuple[Named, str]:
        random = self._random
        number, new = self._known_or_new("events", 1)
        kind = random.choice(list(_EVENTS))
        topic = self._popularity.choose(random, words.phrases().nominative)
        label = (
            f"«{topic.capitalize()}»" if kind != "city_days" else self.world.city(random).genitive
        )
        month, day = random.randrange(1, 13), random.randrange(1, 29)
        year = random.choice(_YEARS) if random.random() < 0.7 else None
        date = f"{day} {words.LISTS['months'][month - 1]}" + (f" {year} года" if year else "")
        name = f"{_EVENTS[kind]} {label}"
        event = Named(f"event/{words.slug(_EVENTS[kind])}-{number}", name, name)
        at = self._put(f"{name}: {date} в городе {city.locative} собрались участники № {number}.")
        when = f"{date} в городе {city.locative}"
        edtf = f"{year or 'XXXX'}-{month:02}-{day:02}"
        for said, quote, more in (
            (_value("name", name), name, ""),
            (_value("type", kind), name, ""),
            (_value("date", edtf), date, ""),
            (_value("date_text", date), date, ""),
            (_tie("place", city), when, ""),
        ):
            self._say(event, said, quote, at, more, new=new)
        self._city(city, f"в городе {city.locative}", at)
        if random.random() < 0.5:
            self._venue(event, city)
        if random.random() < 0.3:
            claimed = str(random.randrange(5, 500))
            at = self._put(f"Всего на встрече № {number} было {claimed} предприятий.")
            self._say(
                event,
                _value("participants_claimed", claimed),
                f"{claimed} предприятий",
                at,
                new=True,
            )
        for _ in range(random.randrange(3)):
            topic = self._popularity.choose(random, words.phrases().nominative)
            at = self._put(f"Темой встречи № {number} стала и такая: {topic}.")
            self._say(event, _value("topic", topic), topic, at, new=True)
        return event, date

    def _venue(self, event: Named, city: Named) -> None:
        venue = self._popularity.choose(self._random, self.world.venues)
        owner = venue.within or city
        at = self._put(f"Принимает {venue.printed} города {owner.genitive}: {event.name}.")
        self._say(event, _tie("venue", venue), venue.printed, at, new=True)
        new = self._is_new(venue)
        if self._is_first_here(venue):
            whose = f"{venue.printed} города {owner.genitive}"
            self._name(venue, venue.printed, at, new=new, exact=True)
            self._say(venue, _value("type", "venue"), venue.printed, at, new=new)
            self._say(venue, _tie("parent", owner), whose, at, new=new)
            self._city(owner, f"города {owner.genitive}", at)

    def _company(self) -> tuple[Named, Place]:
        random = self._random
        number, new = self._known_or_new("companies", 0.9)
        company = self.world.company(number)
        city = company.within
        if city is None:
            raise ValueError(f"{company.name} has no city")
        goods = random.choice(words.LISTS["goods"])
        brand = f" (торговая марка «{company.brand}»)" if company.brand else ""
        more = random.choice(words.phrases().nominative)
        text = f"{company.printed}{brand} из {city.genitive} представило свою продукцию: {goods}"
        at = self._put(f"{text}, а также {more}.")
        if self._is_first_here(company):
            quote = f"{company.printed}{brand} из {city.genitive}"
            self._name(company, company.printed, at, new=new, exact=True)
            if new or random.random() < 0.3:
                self._say(company, _value("legal_form", company.form), company.printed, at, new=new)
                self._say(company, _tie("city", city), quote, at, new=new)
            if new and number % 6 == 0:
                self._say(
                    company, _value("also_known_as", company.printed), company.printed, at, new=True
                )
            if new and company.brand:
                self._say(
                    company,
                    _value("brand", company.brand),
                    f"торговая марка «{company.brand}»",
                    at,
                    new=True,
                )
            if new and number % 4 == 1:
                self._say(company, _value("product", goods), f"продукцию: {goods}", at, new=True)
            self._city(city, f"из {city.genitive}", at)
        return company, at

    def _role(self, event: Named, who: tuple[Named, Place], role: str) -> None:
        named, at = who
        self._say(event, _tie(role, named), named.printed, at, new=True)

    def _person(self) -> tuple[Named, Place]:
        random = self._random
        number, new = self._known_or_new("people", 0.8)
        person = self.world.person(number)
        body = person.within
        if body is None:
            raise ValueError(f"{person.name} has no post")
        place = body.genitive
        came = "приехала" if person.is_woman else "приехал"
        title = f"{person.post} {place} {person.printed}"
        at = self._put(f"На встречу {came} {title}.")
        if self._is_first_here(person):
            self._name(person, person.printed, at, new=new, exact=True)
            if new or random.random() < 0.3:
                self._say(person, _value("position", person.post), title, at, new=new)
            if new and number % 6 == 0:
                self._say(
                    person, _value("also_known_as", person.printed), person.printed, at, new=True
                )
            if new:
                predicate = "organization" if body.form else "territory"
                self._say(person, _tie(predicate, body), title, at, new=True)
                if body.form:
                    self._describe(body, place, at, is_new=False, exact=False)
                else:
                    self._city(body, place, at)
        return person, at

    def _describe(self, body: Named, quote: str, at: Place, *, is_new: bool, exact: bool) -> None:
        """Say what is known of an organization."""
        city = body.within
        if city is not None and self._is_first_here(body):
            self._name(body, quote, at, new=is_new, exact=exact)
            self._say(body, _value("type", body.form), quote, at, new=is_new)
            if city.genitive in quote:
                self._say(body, _tie("place", city), quote, at, new=is_new)
                self._city(city, city.genitive, at)

    def _body(self, event: Named) -> None:
        number, new = self._known_or_new("organizations", 0.6)
        body = self.world.body(number)
        at = self._put(f"Среди участников – {body.printed}.")
        self._role(event, (body, at), "participant")
        self._describe(body, body.printed, at, is_new=new, exact=True)

    def _agreement(
        self, event: Named, city: Named, date: str, people: list[tuple[Named, Place]]
    ) -> None:
        random = self._random
        number, _ = self._known_or_new("agreements", 1)
        kind = random.choice(list(_AGREEMENTS))
        subject = self._popularity.choose(random, words.phrases().genitive)
        what = f"{_AGREEMENTS[kind]} № {number}"
        name = f"{what} по теме {subject}"
        agreement = Named(f"agreement/soglashenie-{number}", name[0].upper() + name[1:], what)
        signed = random.random() < 0.7
        verb = "Подписано" if signed else "Готово к подписанию"
        at = self._put(f"{verb} {name} между сторонами: {city.genitive}, {date}.")
        status = "signed" if signed else "ready_to_sign"
        for said, quote in (
            (_value("name", agreement.name), name),
            (_value("type", kind), what),
            (_value("status", status), f"{verb} {what}"),
            (_value("subject", subject), f"по теме {subject}"),
            (_tie("party", city), f"между сторонами: {city.genitive}"),
            (_tie("occasion", event), f"{what} по теме"),
        ):
            self._say(agreement, said, quote, at, new=True)
        spheres = random.sample(words.LISTS["spheres"], random.randrange(4))
        if spheres:
            at = self._put(f"Сферы договора № {number}: {', '.join(spheres)}.")
            for sphere in spheres:
                self._say(agreement, _value("sphere", sphere), sphere, at, new=True)
        other, where = self._company()
        self._say(agreement, _tie("party", other), other.printed, where, new=True)
        if signed:
            for person, where in people:
                self._say(agreement, _tie("signatory", person), person.printed, where, new=True)

    def _quotation(self, who: tuple[Named, Place], city: Named) -> None:
        random, phrases = self._random, words.phrases()
        person, _ = who
        number, _ = self._known_or_new("quotations", 1)
        aim, whose = random.choice(phrases.nominative), random.choice(phrases.genitive)
        opening = f"Наша цель – {aim} для {whose}"
        parts = [
            f"Мы {random.choice(phrases.past)} {random.choice(phrases.accusative)} ради "
            f"{random.choice(phrases.genitive)}"
            for _ in range(random.choice((1, 1, 2, 4)))
        ]
        text = ". ".join([opening, *parts, f"Спасибо всем жителям {city.genitive}"])
        verb = "отметила" if person.is_woman else "отметил"
        tail = f"– {verb} {person.printed}"
        at = self._put(f"«{text}», {tail}.")
        quotation = Named(f"quotation/slova-{number}", opening, opening)
        self._name(quotation, opening, at, new=True, exact=True)
        self._say(quotation, _value("text", text), text, at, new=True)
        self._say(quotation, _tie("speaker", person), tail, at, new=True)
        self._say(quotation, _tie("mention", city), f"всем жителям {city.genitive}", at, new=True)


def generate(root: Path, facts: int, seed: int) -> int:
    """Write documents with about ``facts`` facts under ``root``; return the number of facts.

    Raises SeedError where ``root`` can't be written, or isn't empty: two sets would contradict each
    other.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        if any(root.iterdir()):
            raise SeedError("is not empty", root)
        return _generate(root, facts, seed)
    except OSError as error:
        path = Path(error.filename or root)
        raise SeedError(f"can't be written: {error.strerror}", path) from error


def _generate(root: Path, facts: int, seed: int) -> int:
    writer = Writer(seed)
    with tqdm(total=facts, unit=" facts", delay=1, disable=None) as progress:
        for number, document in enumerate(writer.documents(facts)):
            document.save(root / f"generated-{seed}-{number:06}")
            progress.update(writer.facts - progress.n)
    return writer.facts
