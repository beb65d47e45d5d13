"""The usual build of our list and detail of companies: FastAPI, SQLModel objects, relationships."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy.orm import registry, selectinload
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import Field, Relationship, Session, SQLModel, col, create_engine, func, select

from app.api.companies import CompanyDetail, CompanyOut
from app.facts import EvidenceOut, FactOut
from app.identity import public_fact_id
from app.links import AgreementLink, EventLink
from app.references import Ref, href
from app.vocabulary import AGREEMENT_ROLES, EVENT_ROLES


class Table(SQLModel, registry=registry()):
    """What has tables of its own to map, beside those of the application."""


class Entity(Table, table=True):
    """A record of any kind."""

    id: int = Field(primary_key=True)
    kind: str
    slug: str
    name: str

    def ref(self) -> Ref:
        """Return how others name it."""
        kind: Any = self.kind
        return Ref(id=self.slug, kind=kind, name=self.name, href=href(kind, self.slug))


class Evidence(Table, table=True):
    """A span that proves a fact."""

    fact_id: int = Field(primary_key=True, foreign_key="fact.id")
    document_id: int = Field(primary_key=True, foreign_key="entity.id")
    start: int = Field(primary_key=True)
    end: int = Field(primary_key=True)
    exact: str
    prefix: str
    suffix: str
    document: Entity = Relationship()


class Fact(Table, table=True):
    """A statement about an entity."""

    id: int = Field(primary_key=True)
    subject_id: int = Field(foreign_key="entity.id")
    predicate: str
    object_id: int | None = Field(default=None, foreign_key="entity.id")
    value: str | None = None
    support: str
    attributed_to_id: int | None = Field(default=None, foreign_key="entity.id")
    reason: str | None = None
    text_order: str
    subject: Entity = Relationship(sa_relationship_kwargs={"foreign_keys": "Fact.subject_id"})
    object: Entity | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Fact.object_id"})
    attributed_to: Entity | None = Relationship(
        sa_relationship_kwargs={"foreign_keys": "Fact.attributed_to_id"}
    )
    evidence: list[Evidence] = Relationship()


class Company(Table, table=True):
    """An enterprise."""

    id: int = Field(primary_key=True, foreign_key="entity.id")
    name_key: str
    legal_form: str | None = None
    city_id: int | None = Field(default=None, foreign_key="entity.id")
    entity: Entity = Relationship(sa_relationship_kwargs={"foreign_keys": "Company.id"})
    city: Entity | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Company.city_id"})
    facts: list[Fact] = Relationship(
        sa_relationship_kwargs={
            "primaryjoin": "Company.id == foreign(Fact.subject_id)",
            "order_by": "(Fact.text_order, Fact.id)",
            "viewonly": True,
        }
    )
    mentions: list[Fact] = Relationship(
        sa_relationship_kwargs={
            "primaryjoin": "Company.id == foreign(Fact.object_id)",
            "order_by": "(Fact.text_order, Fact.id)",
            "viewonly": True,
        }
    )


def _load(*path: Any) -> ORMOption:
    option: Any = selectinload(path[0])
    for each in path[1:]:
        option = option.selectinload(each)
    return option  # type: ignore[no-any-return]


FOR_LIST = [
    _load(Company.entity),
    _load(Company.city),
    _load(Company.facts),
    _load(Company.mentions, Fact.subject),
]
FOR_DETAIL = [
    _load(Company.entity),
    _load(Company.city),
    *(
        _load(side, *path)
        for side in (Company.facts, Company.mentions)
        for path in (
            [Fact.subject],
            [Fact.object],
            [Fact.attributed_to],
            [Fact.evidence, Evidence.document],
        )
    ),
]


class CompanyList(SQLModel):
    """A page of companies."""

    items: list[CompanyOut]
    total: int


def _values(company: Company, predicate: str) -> list[str]:
    found = (fact.value for fact in company.facts if fact.predicate == predicate)
    return list(dict.fromkeys(value for value in found if value is not None))


def fields_of(company: Company) -> dict[str, Any]:
    """Return what lists and details show of a company."""
    ties = {(fact.predicate, fact.subject_id): fact for fact in company.mentions}.values()
    return {
        "id": company.entity.slug,
        "kind": "company",
        "name": company.entity.name,
        "also_known_as": _values(company, "also_known_as"),
        "legal_form": company.legal_form,
        "city": company.city.ref() if company.city else None,
        "brands": _values(company, "brand"),
        "products": _values(company, "product"),
        "events": [
            EventLink(role=role, event=fact.subject.ref())
            for role in EVENT_ROLES
            for fact in ties
            if fact.predicate == role
        ],
        "agreements": [
            AgreementLink(role=role, agreement=fact.subject.ref())
            for role in AGREEMENT_ROLES
            for fact in ties
            if fact.predicate == role
        ],
    }


def fact_out(fact: Fact) -> FactOut:
    """Return a fact with its evidence."""
    support: Any = fact.support
    return FactOut(
        id=public_fact_id(fact.id),
        subject=fact.subject.ref(),
        predicate=fact.predicate,
        value=fact.value,
        object=fact.object.ref() if fact.object else None,
        support=support,
        attributed_to=fact.attributed_to.ref() if fact.attributed_to else None,
        reason=fact.reason,
        evidence=[
            EvidenceOut(
                document=span.document.ref(),
                start=span.start,
                end=span.end,
                exact=span.exact,
                prefix=span.prefix,
                suffix=span.suffix,
            )
            for span in sorted(
                fact.evidence, key=lambda span: (span.document.slug, span.start, span.end)
            )
        ],
    )


def create_app(url: str | None = None) -> FastAPI:
    """Return the application over a database, of DATABASE_URL unless it is named.

    Relationships are loaded when they are looked at, or with the objects where LOADING says so.
    """
    eager = os.environ.get("LOADING") == "selectin"
    for_list, for_detail = (FOR_LIST, FOR_DETAIL) if eager else ([], [])
    engine = create_engine(url or os.environ["DATABASE_URL"])
    app = FastAPI()

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    session_dependency = Depends(get_session)

    @app.get("/companies", response_model=CompanyList)
    def list_companies(
        session: Session = session_dependency,
        offset: int = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        legal_form: str | None = None,
    ) -> Any:
        statement = select(Company)
        if legal_form is not None:
            statement = statement.where(col(Company.legal_form) == legal_form)
        total = session.exec(select(func.count()).select_from(statement.subquery())).one()
        page = (
            statement.order_by(col(Company.name_key), col(Company.id))
            .offset(offset)
            .limit(limit)
            .options(*for_list)
        )
        items = [CompanyOut(**fields_of(each)) for each in session.exec(page)]
        return CompanyList(items=items, total=total)

    @app.get("/companies/{slug}", response_model=CompanyDetail)
    def get_company(slug: str, session: Session = session_dependency) -> Any:
        statement = (
            select(Company)
            .join(Entity, col(Entity.id) == col(Company.id))
            .where(col(Entity.kind) == "company", col(Entity.slug) == slug)
            .options(*for_detail)
        )
        company = session.exec(statement).one_or_none()
        if company is None:
            raise HTTPException(404)
        facts = [fact_out(fact) for fact in [*company.facts, *company.mentions]]
        return CompanyDetail(**fields_of(company), facts=facts)

    return app
