"""Clients: fictitious companies and their employees."""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from random import Random

import msgspec

from crm_cell.demo import words

# With those that are there twice.
_DOMESTIC = 175
_FOREIGN = {"USD": 12, "EUR": 12}
_PEOPLE = 300
# How often a level and a source occur, in per cent.
_LEVELS = (15, 30, 40, 15)
_SOURCES = {
    "referral": 24,
    "website": 20,
    "exhibition": 18,
    "phone": 12,
    "partner": 12,
    "visit": 8,
    "advertising": 6,
}
_WITH_WEBSITE = 0.6
# A hundred numbers of each of these area codes are reserved for fiction.
_AREA_CODES = (202, 212, 312, 415, 617)


class Person(msgspec.Struct, frozen=True):
    name: str
    phone: str
    email: str
    title: str
    department: str
    role: str


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a salesperson notes of a company. What is not known yet is missing."""

    short_name: str
    industry: str
    address: str
    level: str
    source: str
    region: str | None = None
    website: str | None = None


class Client(msgspec.Struct, frozen=True):
    number: int
    name: str
    phone: str
    email: str
    owner: str
    currency: str
    profile: Profile
    people: tuple[Person, ...]
    """The first one is the primary contact."""

    @property
    def is_foreign(self) -> bool:
        return self.currency in _FOREIGN


class _Company(msgspec.Struct, frozen=True):
    name: str
    domain: str
    currency: str
    short_name: str
    industry: str
    address: str
    region: str | None = None


def make_clients(rng: Random) -> list[Client]:
    companies = [*_domestic_companies(rng), *_foreign_companies(rng)]
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
            profile=_profile(rng, company),
            people=tuple(directory.person(company) for _ in range(1 + more_people[number])),
        )
        for number, company in enumerate(companies)
    ]


def _domestic_companies(rng: Random) -> Iterator[_Company]:
    places = list(zip(_spelt(words.PLACES), words.REGIONS.split(), strict=True))
    pairs = list(product(places, _spelt(words.BRANDS)))
    trades, streets = _spelt(words.TRADES), words.STREETS.split()
    for ((place, place_spelt), region), (brand, brand_spelt) in rng.sample(
        pairs, _DOMESTIC - len(words.TWICE)
    ):
        (trade, industry), form = rng.choice(trades), rng.choice(words.FORMS.split())
        yield _Company(
            name=f"{place}{brand}{trade}{form}",
            domain=f"{brand_spelt}.{place_spelt}.example",
            currency="CNY",
            short_name=f"{brand}{trade}",
            industry=industry,
            address=f"{place}{rng.choice(streets)} {rng.randint(1, 199)} 号",
            region=region,
        )
    yield from _twice()


def _twice() -> Iterator[_Company]:
    for number, name in enumerate(words.TWICE):
        domain = ("yunfan.example", "yunfan.jinghua.example")[number]
        yield _Company(name, domain, "CNY", "云帆科技", "software", "镜花城望月路 8 号", "330200")


def _foreign_companies(rng: Random) -> Iterator[_Company]:
    pairs = list(product(words.FOREIGN_PLACES.split(), _spelt(words.FOREIGN_TRADES)))
    streets = words.FOREIGN_STREETS.split(";")
    currencies = [currency for currency, count in _FOREIGN.items() for _ in range(count)]
    for (place, (trade, industry)), currency in zip(
        rng.sample(pairs, len(currencies)), currencies, strict=True
    ):
        form = rng.choice(words.FOREIGN_FORMS[currency].split())
        yield _Company(
            name=f"{place} {trade} {form}",
            domain=f"{trade}.{place}.example".lower(),
            currency=currency,
            short_name=f"{place} {trade}",
            industry=industry,
            address=f"{rng.randint(1, 99)} {rng.choice(streets)}, {place}",
        )


def _profile(rng: Random, company: _Company) -> Profile:
    return Profile(
        short_name=company.short_name,
        industry=f"industry.{company.industry}",
        address=company.address,
        level=f"level.{rng.choices('abcd', _LEVELS)[0]}",
        source=f"source.{rng.choices(list(_SOURCES), list(_SOURCES.values()))[0]}",
        region=company.region,
        website=f"https://{company.domain}" if rng.random() < _WITH_WEBSITE else None,
    )


class _Directory:
    """Generates people and phone numbers. Domestic names and numbers are unique."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        names = list(product(_spelt(words.SURNAMES), _spelt(words.GIVEN_NAMES)))
        self._names = iter(rng.sample(names, len(names)))
        self._lines = iter(rng.sample(range(10_000), 10_000))

    def person(self, company: _Company) -> Person:
        name, mailbox = (
            self._foreign_name() if company.currency in _FOREIGN else self._domestic_name()
        )
        title, english_title, department, english_department, role = self._rng.choice(words.POSTS)
        if company.currency in _FOREIGN:
            title, department = english_title, english_department
        email = f"{mailbox}@{company.domain}"
        return Person(name, self.phone(company), email, title, department, role)

    def phone(self, company: _Company) -> str:
        """A mobile number as used in examples. Foreign numbers are reserved for fiction."""
        if company.currency == "USD":
            return f"+1 {self._rng.choice(_AREA_CODES)}-555-01{self._rng.randrange(100):02}"
        if company.currency == "EUR":
            return f"+49 30 23125 {self._rng.randrange(1000):03}"
        return f"1380000{next(self._lines):04}"

    def _domestic_name(self) -> tuple[str, str]:
        (surname, surname_spelt), (given, given_spelt) = next(self._names)
        return surname + given, f"{given_spelt}.{surname_spelt}"

    def _foreign_name(self) -> tuple[str, str]:
        given = self._rng.choice(words.FOREIGN_GIVEN_NAMES.split())
        family = self._rng.choice(words.FOREIGN_SURNAMES.split())
        return f"{given} {family}", f"{given}.{family}".lower()


def _spelt(pairs: str) -> list[tuple[str, str]]:
    """Words with their spelling in Latin letters."""
    found = []
    for pair in pairs.split():
        word, _, spelling = pair.partition("=")
        found.append((word, spelling))
    return found
