"""Who is sold to: made-up companies and the people who work there."""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from random import Random

import msgspec

from crm_cell.demo import words

_AT_HOME = 175
_ABROAD = {"USD": 12, "EUR": 12}
_PEOPLE = 300
# A hundred numbers of each of these area codes are kept for fiction.
_AREA_CODES = (202, 212, 312, 415, 617)


class Person(msgspec.Struct, frozen=True):
    name: str
    phone: str
    email: str


class Client(msgspec.Struct, frozen=True):
    number: int
    name: str
    phone: str
    email: str
    owner: str
    currency: str
    people: tuple[Person, ...]
    """The first is the one to talk to."""

    @property
    def is_foreign(self) -> bool:
        return self.currency in _ABROAD


class _Company(msgspec.Struct, frozen=True):
    name: str
    domain: str
    currency: str


def make_clients(rng: Random) -> list[Client]:
    companies = [*_companies_at_home(rng), *_companies_abroad(rng)]
    rng.shuffle(companies)
    more_people = Counter(rng.choices(range(len(companies)), k=_PEOPLE - len(companies)))
    directory = _Directory(rng)
    return [
        Client(
            number=number,
            name=company.name,
            phone=directory.phone(company),
            email=f"info@{company.domain}",
            owner=rng.choice(words.OWNERS),
            currency=company.currency,
            people=tuple(directory.person(company) for _ in range(1 + more_people[number])),
        )
        for number, company in enumerate(companies)
    ]


def _companies_at_home(rng: Random) -> Iterator[_Company]:
    pairs = list(product(_spelt(words.PLACES), _spelt(words.BRANDS)))
    for (place, place_spelt), (brand, brand_spelt) in rng.sample(pairs, _AT_HOME):
        trade, form = rng.choice(words.TRADES.split()), rng.choice(words.FORMS.split())
        domain = f"{brand_spelt}.{place_spelt}.example"
        yield _Company(f"{place}{brand}{trade}{form}", domain, "CNY")


def _companies_abroad(rng: Random) -> Iterator[_Company]:
    pairs = list(product(words.FOREIGN_PLACES.split(), words.FOREIGN_TRADES.split()))
    currencies = [currency for currency, count in _ABROAD.items() for _ in range(count)]
    for (place, trade), currency in zip(
        rng.sample(pairs, len(currencies)), currencies, strict=True
    ):
        form = rng.choice(words.FOREIGN_FORMS[currency].split())
        yield _Company(f"{place} {trade} {form}", f"{trade}.{place}.example".lower(), currency)


class _Directory:
    """Hands out people and numbers; at home, nobody shares either."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        names = list(product(_spelt(words.SURNAMES), _spelt(words.GIVEN_NAMES)))
        self._names = iter(rng.sample(names, len(names)))
        self._lines = iter(rng.sample(range(10_000), 10_000))

    def person(self, company: _Company) -> Person:
        name, mailbox = self._name_abroad() if company.currency in _ABROAD else self._name_at_home()
        return Person(name, self.phone(company), f"{mailbox}@{company.domain}")

    def phone(self, company: _Company) -> str:
        """A mobile number of the kind that stands in examples; abroad, one kept for fiction."""
        if company.currency == "USD":
            return f"+1 {self._rng.choice(_AREA_CODES)}-555-01{self._rng.randrange(100):02}"
        if company.currency == "EUR":
            return f"+49 30 23125 {self._rng.randrange(1000):03}"
        return f"1380000{next(self._lines):04}"

    def _name_at_home(self) -> tuple[str, str]:
        (surname, surname_spelt), (given, given_spelt) = next(self._names)
        return surname + given, f"{given_spelt}.{surname_spelt}"

    def _name_abroad(self) -> tuple[str, str]:
        given = self._rng.choice(words.FOREIGN_GIVEN_NAMES.split())
        family = self._rng.choice(words.FOREIGN_SURNAMES.split())
        return f"{given} {family}", f"{given}.{family}".lower()


def _spelt(pairs: str) -> list[tuple[str, str]]:
    """Words, each with its spelling in Latin letters."""
    found = []
    for pair in pairs.split():
        word, _, spelling = pair.partition("=")
        found.append((word, spelling))
    return found
