"""By which words of company.yaml a CRM's records are read: where these change, what was read before is read anew."""

from __future__ import annotations

from hashlib import sha256

import orjson

from features.crm.record_book import WORDS
from features.facts.company import Company

SAY_NOTHING_OF_RECORDS = {"write_back", "deleted_stage", "look_back_days"}


def words_of(company: Company) -> str:
    """Return the hash of all that decides what a record comes to.

    >>> company = Company.model_validate({"company": "x", "crm": {"system": "bitrix24", "managers": {"7": "Anna"}}})
    >>> other = company.model_copy(update={"crm": company.crm.model_copy(update={"managers": {"7": "Boris"}})})
    >>> moved = company.model_copy(update={"queue": company.queue.model_copy(update={"explore": 0.2})})
    >>> words_of(company) == words_of(moved), words_of(company) == words_of(other)
    (True, False)
    """
    assert company.crm is not None
    said = {
        "crm": company.crm.model_dump(mode="json", exclude=SAY_NOTHING_OF_RECORDS),
        "form": company.model_dump(mode="json", include={"fields", "stages", "currency", "time_zone"}),
    }
    return WORDS + sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
