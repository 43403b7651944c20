"""By what CRMs prove themselves to a house of the tests, and what its environment holds of that."""

from __future__ import annotations

TOKEN, SECRET, CLIENT = "51856fefc120afa4b628cc82d3935cce", "a-long-random-word", "hubspot-client-secret"
PROOFS = {
    "LEADLOOP_BITRIX24_APPLICATION_TOKEN": TOKEN,
    "LEADLOOP_AMOCRM_PATH_SECRET": SECRET,
    "LEADLOOP_HUBSPOT_CLIENT_SECRET": CLIENT,
    "LEADLOOP_PUBLIC_URL": "",
}
