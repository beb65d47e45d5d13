"""The projections of all kinds: the columns and relations behind each field of an item.

``app.resources`` declares and documents the fields themselves.
"""

from typing import Any

from sqlmodel import col

from app.domain.json import Json
from app.domain.vocabulary import AGREEMENT_ROLES, EVENT_ROLES
from app.models import (
    Agreement,
    Company,
    Document,
    Event,
    Organization,
    Person,
    Place,
    Quotation,
)
from app.projections.records import Projection
from app.projections.relations import Relations
from app.schemas.refs import href, ref_from_row


def _company(row: Any, relations: Relations) -> Json:
    return {
        "legal_form": row.legal_form,
        "city": ref_from_row(row, "city"),
        "brands": relations.values("brand"),
        "products": relations.values("product"),
        "events": relations.subject_of("event", EVENT_ROLES),
        "agreements": relations.subject_of("agreement", AGREEMENT_ROLES),
    }


def _official(row: Any, relations: Relations) -> Json:
    return {
        "position": row.position,
        "post": row.post,
        "organization": ref_from_row(row, "organization"),
        "territory": ref_from_row(row, "territory"),
        "events": relations.subject_of("event", EVENT_ROLES),
        "agreements": relations.subject_of("agreement", AGREEMENT_ROLES),
    }


def _person(row: Any, relations: Relations) -> Json:
    return {
        "official": row.is_official,
        "position": row.position,
        "post": row.post,
        "events": relations.subject_of("event", EVENT_ROLES),
        "agreements": relations.subject_of("agreement", AGREEMENT_ROLES),
    }


def _organization(row: Any, relations: Relations) -> Json:
    return {
        "type": row.type,
        "parent": ref_from_row(row, "parent"),
        "place": ref_from_row(row, "place"),
        "origin": ref_from_row(row, "origin"),
        "leader": ref_from_row(row, "leader"),
        "opened": row.opened,
        "patrons": relations.values("patron"),
        "specializations": relations.values("specialization"),
        "holdings": relations.values("holding"),
        "events": relations.subject_of("event", EVENT_ROLES),
    }


def _place(row: Any, _relations: Relations) -> Json:
    return {"type": row.type, "parent": ref_from_row(row, "parent")}


def _event(row: Any, relations: Relations) -> Json:
    date = {
        "edtf": row.date,
        "text": row.date_text,
        "year": row.year,
        "month": row.month,
        "day": row.day,
    }
    return {
        "type": row.type,
        "date": date if row.date_text else None,
        "venue": ref_from_row(row, "venue"),
        "place": ref_from_row(row, "place"),
        "parent": ref_from_row(row, "parent"),
        "participants": relations.participants(EVENT_ROLES),
        "enterprise_count": row.enterprise_count,
    }


def _agreement(row: Any, relations: Relations) -> Json:
    return {
        "type": row.type,
        "status": row.status,
        "subject": row.subject,
        "spheres": relations.values("sphere"),
        "goods": relations.values("goods"),
        "producers": relations.objects("producer"),
        "destinations": relations.objects("destination"),
        "occasion": ref_from_row(row, "occasion"),
        "signed_on": row.signed_on,
        "signed_in": ref_from_row(row, "signed_in"),
        "parties": relations.parties("party"),
        "signatories": relations.objects("signatory"),
        "attributed_to": ref_from_row(row, "speaker"),
    }


def _quotation(row: Any, _relations: Relations) -> Json:
    return {"speaker": ref_from_row(row, "speaker"), "text": row.text}


def _document(row: Any, _relations: Relations) -> Json:
    return {
        "language": row.language,
        "length": row.length,
        "sha256": row.sha256,
        "text": f"{href('document', row.slug)}/text",
        "facts": f"/v1/facts?document={row.slug}",
    }


PROJECTIONS: tuple[Projection, ...] = (
    Projection(
        path="/v1/companies",
        kind="company",
        table=Company,
        columns=[col(Company.legal_form)],
        refs={"city": col(Company.city_id)},
        as_subject=["brand", "product"],
        as_object=[*EVENT_ROLES, *AGREEMENT_ROLES],
        item=_company,
    ),
    Projection(
        path="/v1/officials",
        kind="person",
        table=Person,
        conditions=[col(Person.is_official).is_(True)],
        columns=[col(Person.position), col(Person.post)],
        refs={
            "organization": col(Person.organization_id),
            "territory": col(Person.territory_id),
        },
        as_object=[*EVENT_ROLES, *AGREEMENT_ROLES],
        item=_official,
    ),
    Projection(
        path="/v1/people",
        kind="person",
        table=Person,
        columns=[col(Person.is_official), col(Person.position), col(Person.post)],
        as_object=[*EVENT_ROLES, *AGREEMENT_ROLES],
        item=_person,
    ),
    Projection(
        path="/v1/organizations",
        kind="organization",
        table=Organization,
        columns=[col(Organization.type), col(Organization.opened)],
        refs={
            "parent": col(Organization.parent_id),
            "place": col(Organization.place_id),
            "origin": col(Organization.origin_id),
            "leader": col(Organization.leader_id),
        },
        as_subject=["patron", "specialization", "holding"],
        as_object=EVENT_ROLES,
        item=_organization,
    ),
    Projection(
        path="/v1/places",
        kind="place",
        table=Place,
        columns=[col(Place.type)],
        refs={"parent": col(Place.parent_id)},
        item=_place,
    ),
    Projection(
        path="/v1/events",
        kind="event",
        table=Event,
        columns=[
            col(Event.type),
            col(Event.date),
            col(Event.date_text),
            col(Event.year),
            col(Event.month),
            col(Event.day),
            col(Event.enterprise_count),
        ],
        refs={
            "venue": col(Event.venue_id),
            "place": col(Event.place_id),
            "parent": col(Event.parent_id),
        },
        as_subject=EVENT_ROLES,
        item=_event,
    ),
    Projection(
        path="/v1/agreements",
        kind="agreement",
        table=Agreement,
        columns=[
            col(Agreement.type),
            col(Agreement.status),
            col(Agreement.subject),
            col(Agreement.signed_on),
        ],
        refs={
            "occasion": col(Agreement.occasion_id),
            "signed_in": col(Agreement.signed_in_id),
            "speaker": col(Agreement.attributed_to_id),
        },
        as_subject=["sphere", "goods", "producer", "destination", "party", "signatory"],
        item=_agreement,
    ),
    Projection(
        path="/v1/quotations",
        kind="quotation",
        table=Quotation,
        columns=[col(Quotation.text)],
        refs={"speaker": col(Quotation.speaker_id)},
        item=_quotation,
    ),
    Projection(
        path="/v1/documents",
        kind="document",
        table=Document,
        columns=[col(Document.language), col(Document.length), col(Document.sha256)],
        item=_document,
    ),
)
"""The projection of every list of entities; a load renders the items of facts itself."""
