"""Who takes webhooks: the destinations of company.yaml with their secrets from the environment."""

from __future__ import annotations

from features.facts.company import Company
from features.settings import webhook_secrets
from leadloop.sending.postman import BY_HOOK, Receiver


def receivers_of(company: Company) -> dict[str, Receiver]:
    """Return each destination as the postman asks for it."""
    return {f"{BY_HOOK}{name}": Receiver(to.url, webhook_secrets(name)) for name, to in company.webhooks.items()}
