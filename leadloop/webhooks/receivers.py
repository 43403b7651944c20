"""Who takes webhooks: the destinations of company.yaml with their secrets from the environment."""

from __future__ import annotations

from features.errors import DeliveryFailed
from features.facts.company import Company
from features.settings import webhook_secrets, webhook_variable
from leadloop.sending.postman import BY_HOOK, Receiver
from leadloop.sending.standard_webhooks import keys_of


def receivers_of(company: Company) -> dict[str, Receiver]:
    """Return each destination as the postman asks for it."""
    return {f"{BY_HOOK}{name}": Receiver(to.url, webhook_secrets(name)) for name, to in company.webhooks.items()}


def lacking(company: Company) -> list[str]:
    """Return in words of each destination to which nothing can be sent why, and what to put right."""
    found = []
    for name in company.webhooks:
        secrets, variable = webhook_secrets(name), webhook_variable(name)
        if not secrets:
            found.append(f"Webhooks to {name} wait: set {variable} and start the worker anew.")
            continue
        try:
            keys_of(secrets)
        except DeliveryFailed as error:
            found.append(f"Webhooks to {name} wait: {error} Look at {variable}, and start the worker anew.")
    return found
