"""Contacts as the product keeps them: beside the facts, in one transaction."""

from __future__ import annotations

from sqlalchemy import Engine

from features.facts.contacts import Contact, ContactOfLead, remember_in
from features.facts.database import writing
from features.facts.values import LeadId


def keep_contact(engine: Engine, lead_id: str, contact: Contact, import_id: int | None = None) -> None:
    """Keep a lead's contact, as if an import or the API had brought it."""
    with writing(engine) as connection:
        remember_in(connection, [ContactOfLead(LeadId(lead_id), contact)], import_id=import_id)
