"""Generated documents: as many made-up facts as are wanted, the same for the same seed number."""

from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from seed.errors import SeedError
from seed.synthetic import words
from seed.synthetic.document import Document, Place, relation, value
from seed.synthetic.introductions import Introductions
from seed.synthetic.world import Named

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


class Writer(Introductions):
    """Writes documents one after another, and counts the facts that none before had."""

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
        for fact, quote in (
            (value("name", name), name),
            (value("type", kind), name),
            (value("date", edtf), date),
            (value("date_text", date), date),
            (relation("place", city), when),
        ):
            self._say(event, fact, quote, at, new=new)
        self._city(city, f"в городе {city.locative}", at)
        if random.random() < 0.5:
            self._venue(event, city)
        if random.random() < 0.3:
            claimed = str(random.randrange(5, 500))
            at = self._put(f"Всего на встрече № {number} было {claimed} предприятий.")
            self._say(
                event,
                value("enterprise_count", claimed),
                f"{claimed} предприятий",
                at,
                new=True,
            )
        for _ in range(random.randrange(3)):
            topic = self._popularity.choose(random, words.phrases().nominative)
            at = self._put(f"Темой встречи № {number} стала и такая: {topic}.")
            self._say(event, value("topic", topic), topic, at, new=True)
        return event, date

    def _venue(self, event: Named, city: Named) -> None:
        venue = self._popularity.choose(self._random, self.world.venues)
        owner = venue.within or city
        at = self._put(f"Принимает {venue.printed} города {owner.genitive}: {event.name}.")
        self._say(event, relation("venue", venue), venue.printed, at, new=True)
        new = self._is_new(venue)
        if self._is_first_here(venue):
            whose = f"{venue.printed} города {owner.genitive}"
            self._name(venue, venue.printed, at, new=new, exact=True)
            self._say(venue, value("type", "venue"), venue.printed, at, new=new)
            self._say(venue, relation("parent", owner), whose, at, new=new)
            self._city(owner, f"города {owner.genitive}", at)

    def _role(self, event: Named, who: tuple[Named, Place], role: str) -> None:
        named, at = who
        self._say(event, relation(role, named), named.printed, at, new=True)

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
        for fact, quote in (
            (value("name", agreement.name), name),
            (value("type", kind), what),
            (value("status", status), f"{verb} {what}"),
            (value("subject", subject), f"по теме {subject}"),
            (relation("party", city), f"между сторонами: {city.genitive}"),
            (relation("occasion", event), f"{what} по теме"),
        ):
            self._say(agreement, fact, quote, at, new=True)
        spheres = random.sample(words.LISTS["spheres"], random.randrange(4))
        if spheres:
            at = self._put(f"Сферы договора № {number}: {', '.join(spheres)}.")
            for sphere in spheres:
                self._say(agreement, value("sphere", sphere), sphere, at, new=True)
        other, where = self._company()
        self._say(agreement, relation("party", other), other.printed, where, new=True)
        if signed:
            for person, where in people:
                self._say(agreement, relation("signatory", person), person.printed, where, new=True)

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
        self._say(quotation, value("text", text), text, at, new=True)
        self._say(quotation, relation("speaker", person), tail, at, new=True)
        self._say(
            quotation, relation("mention", city), f"всем жителям {city.genitive}", at, new=True
        )


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
