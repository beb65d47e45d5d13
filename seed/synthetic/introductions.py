"""Sentences that introduce the records of a generated document."""

from random import Random

from app.domain.vocabulary import COLLECTIONS
from seed.synthetic import words
from seed.synthetic.document import ENTAILED, Document, Fact, Place, relation, value
from seed.synthetic.world import Named, Popularity, World


class Introductions:
    """Writes what is known of a record where a document names it first."""

    def __init__(self, seed: int) -> None:
        self.world = World(seed)
        self.facts = 0
        self._random = Random(f"{seed} documents")  # noqa: S311 (no secret)
        self._popularity = Popularity()
        self._known = dict.fromkeys(COLLECTIONS.values(), 0)
        self._places: set[str] = set()
        self._document = Document()
        self._introduced: set[str] = set()

    def _put(self, sentence: str) -> Place:
        return self._document.write(sentence), sentence

    def _say(self, record: Named, fact: Fact, quote: str, place: Place, *, new: bool) -> None:
        self.facts += self._document.say(record.reference, fact, quote, place) and new

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
        fact = value("name", record.name) | ({} if exact else ENTAILED)
        self._say(record, fact, quote, place, new=new)

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
        self._say(city, value("type", "city"), f"Город {city.name}", at, new=new)
        self._say(city, relation("parent", region), quote, at, new=new)
        self._name(region, region.name, at, new=new, exact=True)
        self._say(region, value("type", "region"), region.name, at, new=new)
        quote = f"{region.name}, {country.name}"
        self._say(region, relation("parent", country), quote, at, new=new)
        self._name(country, country.name, at, new=country_new, exact=True)
        self._say(country, value("type", "country"), country.name, at, new=country_new)

    def _is_new(self, place: Named) -> bool:
        """Tell whether no document before named a place."""
        if place.reference in self._places:
            return False
        self._places.add(place.reference)
        return True

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
                self._say(company, value("legal_form", company.form), company.printed, at, new=new)
                self._say(company, relation("city", city), quote, at, new=new)
            if new and number % 6 == 0:
                self._say(
                    company, value("also_known_as", company.printed), company.printed, at, new=True
                )
            if new and company.brand:
                self._say(
                    company,
                    value("brand", company.brand),
                    f"торговая марка «{company.brand}»",
                    at,
                    new=True,
                )
            if new and number % 4 == 1:
                self._say(company, value("product", goods), f"продукцию: {goods}", at, new=True)
            self._city(city, f"из {city.genitive}", at)
        return company, at

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
                self._say(person, value("position", person.post), title, at, new=new)
            if new and number % 6 == 0:
                self._say(
                    person, value("also_known_as", person.printed), person.printed, at, new=True
                )
            if new:
                predicate = "organization" if body.form else "territory"
                self._say(person, relation(predicate, body), title, at, new=True)
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
            self._say(body, value("type", body.form), quote, at, new=is_new)
            if city.genitive in quote:
                self._say(body, relation("place", city), quote, at, new=is_new)
                self._city(city, city.genitive, at)
