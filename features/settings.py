"""What the environment says; the one file that reads it.

| variable | meaning | default |
|---|---|---|
| LEADLOOP_HOME | the data folder | ./leadloop-data |
| LEADLOOP_COMPANY | company.yaml | ./company.yaml |
| LEADLOOP_DATABASE_URL | SQLAlchemy URL of PostgreSQL | SQLite in the data folder |
| LEADLOOP_API_KEY | the shared key that the CRM and browsers sign in with | none: loopback only |
| LEADLOOP_SECRET | key of the hashes that recognise the same person | a file in the data folder, made at first use |
| LEADLOOP_SMTP_PASSWORD | the password of the mail server named in company.yaml | none |
| LEADLOOP_TELEGRAM_TOKEN | the token of the Telegram bot that tells of alarms | none |
| LEADLOOP_WEBHOOK_SECRET | the key that webhooks are signed with (Standard Webhooks) | none: unsigned |
| LEADLOOP_METRICA_TOKEN | the OAuth token by which Yandex.Metrica takes conversions | none: nothing is pushed there |
| LEADLOOP_META_TOKEN | the access token by which Meta takes conversions | none: nothing is pushed there |
| LEADLOOP_PUBLIC_URL | how the service is reached from outside, to fetch conversions | as the browser asked |
| LEADLOOP_SEND_TO_LOOPBACK | 1: pushes may go to this very machine, for tests | no |
| MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI | MLflow's own | SQLite in the data folder |
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from features.errors import SettingWrong


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the outside reaches us."""

    home: Path
    company_file: Path
    database_url: str
    api_key: str | None
    mlflow_tracking_uri: str
    mlflow_registry_uri: str | None
    metrica_token: str | None = field(default=None, repr=False)
    meta_token: str | None = field(default=None, repr=False)
    public_url: str | None = None
    send_to_loopback: bool = False

    @property
    def mlflow_artefacts(self) -> Path:
        """Return the folder of model artefacts when no MLflow server is named."""
        return self.home / "mlflow-artefacts"


def settings_from_environment(home: Path | None = None, company_file: Path | None = None) -> Settings:
    """Return the settings; ``home`` and ``company_file`` win over the environment."""
    folder = (home or Path(os.environ.get("LEADLOOP_HOME", "leadloop-data"))).resolve()
    url = os.environ.get("LEADLOOP_DATABASE_URL") or f"sqlite:///{folder / 'leadloop.db'}"
    if not url.startswith(("sqlite", "postgresql")):
        raise SettingWrong("LEADLOOP_DATABASE_URL must begin with postgresql+psycopg:// or sqlite:///")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    return Settings(
        home=folder,
        company_file=(company_file or Path(os.environ.get("LEADLOOP_COMPANY", "company.yaml"))).resolve(),
        database_url=url,
        api_key=os.environ.get("LEADLOOP_API_KEY") or None,
        mlflow_tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{folder / 'mlflow.db'}",
        mlflow_registry_uri=os.environ.get("MLFLOW_REGISTRY_URI") or None,
        metrica_token=os.environ.get("LEADLOOP_METRICA_TOKEN") or None,
        meta_token=os.environ.get("LEADLOOP_META_TOKEN") or None,
        public_url=os.environ.get("LEADLOOP_PUBLIC_URL") or None,
        send_to_loopback=os.environ.get("LEADLOOP_SEND_TO_LOOPBACK") == "1",
    )


@dataclass(frozen=True, slots=True)
class DeliverySecrets:
    """What the ways to people ask for; its repr shows nothing of it."""

    smtp_password: str | None = field(default=None, repr=False)
    telegram_token: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)


def delivery_secrets() -> DeliverySecrets:
    """Return the passwords and tokens by which alarms are delivered; None where the environment names none."""
    names = ("LEADLOOP_SMTP_PASSWORD", "LEADLOOP_TELEGRAM_TOKEN", "LEADLOOP_WEBHOOK_SECRET")
    return DeliverySecrets(*(os.environ.get(name) or None for name in names))


def hand_on(settings: Settings) -> None:
    """Let processes that are started from now on find the same data folder and company.yaml."""
    os.environ["LEADLOOP_HOME"] = str(settings.home)
    os.environ["LEADLOOP_COMPANY"] = str(settings.company_file)


def telemetry_off() -> None:
    """Forbid every dependency that would report home (MLflow, Evidently) to do so; whoever imports them calls this."""
    for name, value in {"DO_NOT_TRACK": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}.items():
        os.environ[name] = value


def person_secret(home: Path) -> bytes:
    """Return the key that hashes phones and e-mails; made once, kept in the data folder, never stored with them."""
    given = os.environ.get("LEADLOOP_SECRET")
    if given:
        return given.encode()
    path = home / "person.key"
    if not path.exists() or not path.read_text().strip():  # an empty key would hash without any secret
        home.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip().encode()
