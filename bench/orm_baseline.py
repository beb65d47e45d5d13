"""ORM baseline: list and detail of companies with FastAPI, SQLModel objects and relationships."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy.orm import registry, selectinload
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import Field, Relationship, Session, SQLModel, col, create_engine, func, select

from app.domain.ids import public_fact_id
from app.domain.vocabulary import AGREEMENT_ROLES, EVENT_ROLES
from app.resources.companies import CompanyDetail, CompanyOut
from app.schemas.facts import EvidenceOut, FactOut
from app.schemas.refs import Ref, href
from app.schemas.relations import AgreementLink, EventLink


class Table(SQLModel, registry=registry()):
    """The base of the mapped classes, with a registry separate from the application's."""


class Entity(Table, table=True):
    """A record of any kind."""

    id: int = Field(primary_key=True)
    kind: str
    slug: str
    name: str

    def ref(self) -> Ref:
        """Return the reference by which other records link to this one."""
        kind: Any = self.kind
        return Ref(id=self.slug, kind=kind, name=self.name, href=href(kind, self.slug))


class Evidence(Table, table=True):
    """A text span that supports a fact."""

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


def _eager(*path: Any) -> ORMOption:
    option: Any = selectinload(path[0])
    for relationship in path[1:]:
        option = option.selectinload(relationship)
    return option  # type: ignore[no-any-return]


LIST_OPTIONS = [
    _eager(Company.entity),
    _eager(Company.city),
    _eager(Company.facts),
    _eager(Company.mentions, Fact.subject),
]
DETAIL_OPTIONS = [
    _eager(Company.entity),
    _eager(Company.city),
    *(
        _eager(facts, *path)
        for facts in (Company.facts, Company.mentions)
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
    values = (fact.value for fact in company.facts if fact.predicate == predicate)
    return list(dict.fromkeys(value for value in values if value is not None))


def company_fields(company: Company) -> dict[str, Any]:
    """Return the fields that the list and the detail of a company share."""
    mentions = {(fact.predicate, fact.subject_id): fact for fact in company.mentions}.values()
    return {
        "id": company.entity.slug,
        "kind": "company",
        "name": company.entity.name,
        "also_known_as": _values(company, "also_known_as"),
        "printed_as": _values(company, "printed_as"),
        "legal_form": company.legal_form,
        "city": company.city.ref() if company.city else None,
        "brands": _values(company, "brand"),
        "products": _values(company, "product"),
        "events": [
            EventLink(role=role, event=fact.subject.ref())
            for role in EVENT_ROLES
            for fact in mentions
            if fact.predicate == role
        ],
        "agreements": [
            AgreementLink(role=role, agreement=fact.subject.ref())
            for role in AGREEMENT_ROLES
            for fact in mentions
            if fact.predicate == role
        ],
    }


def fact_out(fact: Fact) -> FactOut:
    """Return the schema of a fact with its evidence."""
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


def _select_page(
    session: Session, offset: int, limit: int, legal_form: str | None, options: list[ORMOption]
) -> CompanyList:
    statement = select(Company)
    if legal_form is not None:
        statement = statement.where(col(Company.legal_form) == legal_form)
    total = session.exec(select(func.count()).select_from(statement.subquery())).one()
    page = (
        statement.order_by(col(Company.name_key), col(Company.id))
        .offset(offset)
        .limit(limit)
        .options(*options)
    )
    items = [CompanyOut(**company_fields(company)) for company in session.exec(page)]
    return CompanyList(items=items, total=total)


def _select_company(session: Session, slug: str, options: list[ORMOption]) -> Company | None:
    statement = (
        select(Company)
        .join(Entity, col(Entity.id) == col(Company.id))
        .where(col(Entity.kind) == "company", col(Entity.slug) == slug)
        .options(*options)
    )
    return session.exec(statement).one_or_none()


def create_app(url: str | None = None) -> FastAPI:
    """Return the application for the database at ``url``, by default DATABASE_URL.

    Relationships are lazy, or loaded with ``selectinload`` if LOADING is ``selectin``.
    """
    eager = os.environ.get("LOADING") == "selectin"
    list_options, detail_options = (LIST_OPTIONS, DETAIL_OPTIONS) if eager else ([], [])
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
        return _select_page(session, offset, limit, legal_form, list_options)

    @app.get("/companies/{slug}", response_model=CompanyDetail)
    def get_company(slug: str, session: Session = session_dependency) -> Any:
        company = _select_company(session, slug, detail_options)
        if company is None:
            raise HTTPException(404)
        facts = [fact_out(fact) for fact in [*company.facts, *company.mentions]]
        return CompanyDetail(**company_fields(company), facts=facts)

    return app
