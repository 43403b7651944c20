"""What the environment says; the one file that reads it.

| variable | meaning | default |
|---|---|---|
| LEADLOOP_HOME | the data folder | ./leadloop-data |
| LEADLOOP_COMPANY | company.yaml | ./company.yaml |
| LEADLOOP_DATABASE_URL | SQLAlchemy URL of PostgreSQL | SQLite in the data folder |
| LEADLOOP_API_KEY | a key that may do everything, beside those of `leadloop keys` | none |
| LEADLOOP_OPEN | `loopback`: whoever reaches this machine itself may do everything; `demo`: people choose a role | closed |
| LEADLOOP_SECRET | key of the hashes that recognise the same person | a file in the data folder, made at first use |
| LEADLOOP_CONTACT_KEY | master keys of what is sealed, the newest first, with commas between | a file in the data folder |
| LEADLOOP_KEYS_URL | SQLAlchemy URL of the database of data keys | SQLite in the data folder, apart from the facts |
| LEADLOOP_OIDC_ISSUER, ..._CLIENT_ID, ..._CLIENT_SECRET | an OpenID provider that people may sign in with | none |
| LEADLOOP_SMTP_PASSWORD | the password of the mail server named in company.yaml | none |
| LEADLOOP_TELEGRAM_TOKEN | the token of the Telegram bot that tells of alarms | none |
| LEADLOOP_WEBHOOK_SECRET | the key that webhooks which tell people of alarms are signed with (Standard Webhooks) | none: unsigned |
| LEADLOOP_WEBHOOK_SECRET_CRM | the keys of `crm` in `webhooks:`, the newest first, with commas between | none: nothing is sent |
| LEADLOOP_METRICA_TOKEN | the OAuth token by which Yandex.Metrica takes conversions | none: nothing is pushed there |
| LEADLOOP_META_TOKEN | the access token by which Meta takes conversions | none: nothing is pushed there |
| LEADLOOP_BITRIX24_HOOK | the address of the incoming webhook by which Bitrix24 is asked | none |
| LEADLOOP_BITRIX24_APPLICATION_TOKEN | the application_token that Bitrix24's outgoing webhook sends | none: the door is shut |
| LEADLOOP_AMOCRM_TOKEN | the long-lived token by which amoCRM is asked | none |
| LEADLOOP_AMOCRM_PATH_SECRET | the last part of the address that amoCRM's webhook is sent to | none: the door is shut |
| LEADLOOP_HUBSPOT_TOKEN | the access token by which HubSpot is asked | none |
| LEADLOOP_HUBSPOT_CLIENT_SECRET | the client secret of the app, by which HubSpot signs | none: the door is shut |
| LEADLOOP_PUBLIC_URL | the address that people and ad systems reach leadloop by | as the browser asked |
| LEADLOOP_LOG | `json`: the log is a JSON object a line; `plain`: a sentence a line | plain |
| LEADLOOP_TRACES | `otlp` or `console`: where OpenTelemetry's spans of requests go (needs the extra `otel`) | none |
| LEADLOOP_METRICS_DIR | where several workers lay their counts together; `leadloop serve` sets it by itself | none |
| LEADLOOP_SLOWEST_SCORE_MS | how long a score of a new model may take; a slower one is refused | 5 |
| LEADLOOP_SEND_TO_LOOPBACK | 1: pushes may go to this very machine, for tests | no |
| MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI | MLflow's own | SQLite in the data folder |
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from features.errors import SettingWrong
from features.whole_file import write_once, write_whole

CONTACT_KEY = "contact.key"
PERSON_KEY = "person.key"
MASTER_BYTES = 32
OPEN_TO = ("", "loopback", "demo")
LOGS = ("plain", "json")
TRACES = ("", "otlp", "console")


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """Where people may sign in instead of here, and as whom leadloop asks there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the outside reaches us."""

    home: Path
    company_file: Path
    database_url: str
    api_key: str | None
    mlflow_tracking_uri: str
    mlflow_registry_uri: str | None
    open_to: str = ""
    keys_url: str = ""
    oidc: OpenIdProvider | None = None
    public_url: str = ""
    metrica_token: str | None = field(default=None, repr=False)
    meta_token: str | None = field(default=None, repr=False)
    send_to_loopback: bool = False
    log: str = "plain"
    traces: str = ""
    metrics_dir: Path | None = None
    slowest_score: float = 0.005
    """In seconds."""

    @property
    def mlflow_artefacts(self) -> Path:
        """Return the folder of model artefacts when no MLflow server is named."""
        return self.home / "mlflow-artefacts"


def settings_from_environment(home: Path | None = None, company_file: Path | None = None) -> Settings:
    """Return the settings; ``home`` and ``company_file`` win over the environment."""
    folder = (home or Path(os.environ.get("LEADLOOP_HOME", "leadloop-data"))).resolve()
    url = os.environ.get("LEADLOOP_DATABASE_URL") or f"sqlite:///{folder / 'leadloop.db'}"
    if not url.startswith(("sqlite", "postgresql")):
        raise SettingWrong("LEADLOOP_DATABASE_URL must begin with postgresql:// or sqlite:///")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    open_to = os.environ.get("LEADLOOP_OPEN", "")
    if open_to not in OPEN_TO:
        raise SettingWrong("LEADLOOP_OPEN takes loopback or demo; unset, people and programs have to sign in.")
    keys_url = os.environ.get("LEADLOOP_KEYS_URL") or f"sqlite:///{folder / 'contact-keys.db'}"
    if keys_url.startswith("postgresql://"):
        keys_url = "postgresql+psycopg://" + keys_url.removeprefix("postgresql://")
    if keys_url == url:
        raise SettingWrong("LEADLOOP_KEYS_URL must name another database than the facts', or a backup would hold both.")
    log, traces = os.environ.get("LEADLOOP_LOG") or "plain", os.environ.get("LEADLOOP_TRACES", "")
    if log not in LOGS:
        raise SettingWrong("LEADLOOP_LOG takes plain or json.")
    if traces not in TRACES:
        raise SettingWrong("LEADLOOP_TRACES takes otlp or console; unset, no spans are made.")
    counts = os.environ.get("LEADLOOP_METRICS_DIR")
    return Settings(
        home=folder,
        company_file=(company_file or Path(os.environ.get("LEADLOOP_COMPANY", "company.yaml"))).resolve(),
        database_url=url,
        api_key=os.environ.get("LEADLOOP_API_KEY") or None,
        mlflow_tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{folder / 'mlflow.db'}",
        mlflow_registry_uri=os.environ.get("MLFLOW_REGISTRY_URI") or None,
        open_to=open_to,
        keys_url=keys_url,
        oidc=_openid_provider(),
        public_url=os.environ.get("LEADLOOP_PUBLIC_URL", "").rstrip("/"),
        metrica_token=os.environ.get("LEADLOOP_METRICA_TOKEN") or None,
        meta_token=os.environ.get("LEADLOOP_META_TOKEN") or None,
        send_to_loopback=os.environ.get("LEADLOOP_SEND_TO_LOOPBACK") == "1",
        log=log,
        traces=traces,
        metrics_dir=Path(counts) if counts else None,
        slowest_score=_slowest_score(),
    )


def _slowest_score() -> float:
    said = os.environ.get("LEADLOOP_SLOWEST_SCORE_MS") or "5"
    try:
        milliseconds = float(said)
    except ValueError:
        milliseconds = 0.0
    if not 0 < milliseconds < 60_000:
        raise SettingWrong("LEADLOOP_SLOWEST_SCORE_MS takes milliseconds, such as 5.")
    return milliseconds / 1000


def _openid_provider() -> OpenIdProvider | None:
    issuer, name = os.environ.get("LEADLOOP_OIDC_ISSUER"), os.environ.get("LEADLOOP_OIDC_CLIENT_ID")
    if not issuer:
        return None
    if not name:
        raise SettingWrong("LEADLOOP_OIDC_ISSUER needs LEADLOOP_OIDC_CLIENT_ID, which the provider gave leadloop.")
    return OpenIdProvider(issuer, name, os.environ.get("LEADLOOP_OIDC_CLIENT_SECRET", ""))


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


@dataclass(frozen=True, slots=True)
class CrmSecrets:
    """What CRMs are asked by, and what they prove themselves by; its repr shows nothing of it."""

    bitrix24_hook: str | None = field(default=None, repr=False)
    bitrix24_application_token: str | None = field(default=None, repr=False)
    amocrm_token: str | None = field(default=None, repr=False)
    amocrm_path_secret: str | None = field(default=None, repr=False)
    hubspot_token: str | None = field(default=None, repr=False)
    hubspot_client_secret: str | None = field(default=None, repr=False)


def crm_secrets() -> CrmSecrets:
    """Return the secrets of CRMs; None where the environment names none."""
    names = (
        "BITRIX24_HOOK",
        "BITRIX24_APPLICATION_TOKEN",
        "AMOCRM_TOKEN",
        "AMOCRM_PATH_SECRET",
        "HUBSPOT_TOKEN",
        "HUBSPOT_CLIENT_SECRET",
    )
    return CrmSecrets(*(os.environ.get(f"LEADLOOP_{name}", "").strip() or None for name in names))


def webhook_secrets(name: str) -> tuple[str, ...]:
    """Return the keys that letters to a destination of ``webhooks:`` are signed with; several while one is replaced."""
    said = os.environ.get(webhook_variable(name), "")
    return tuple(one for one in re.split(r"[\s,]+", said) if one)


def webhook_variable(name: str) -> str:
    """Return which variable holds a destination's keys.

    >>> webhook_variable("crm")
    'LEADLOOP_WEBHOOK_SECRET_CRM'
    """
    return f"LEADLOOP_WEBHOOK_SECRET_{name.upper()}"


def hand_on(settings: Settings) -> None:
    """Let processes that are started from now on find the same data folder and company.yaml."""
    os.environ["LEADLOOP_HOME"] = str(settings.home)
    os.environ["LEADLOOP_COMPANY"] = str(settings.company_file)
    os.environ["LEADLOOP_OPEN"] = settings.open_to
    if settings.metrics_dir is not None:
        os.environ["LEADLOOP_METRICS_DIR"] = str(settings.metrics_dir)


def telemetry_off() -> None:
    """Forbid every dependency that would report home (MLflow, Evidently) to do so; whoever imports them calls this."""
    for name, value in {"DO_NOT_TRACK": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}.items():
        os.environ[name] = value


def person_secret(home: Path) -> bytes:
    """Return the key that hashes phones and e-mails; made once, kept in the data folder, never stored with them."""
    while (kept := kept_person_secret(home)) is None:
        _make_key(home / PERSON_KEY, secrets.token_hex(32))
    return kept


def kept_person_secret(home: Path) -> bytes | None:
    """Return the key that ``person_secret`` finds made; None where it would make one."""
    given, path = os.environ.get("LEADLOOP_SECRET"), home / PERSON_KEY
    if given:
        return given.encode()
    kept = path.read_text().strip() if path.exists() else ""
    return kept.encode() or None  # an empty key would hash without any secret


def contact_masters(home: Path) -> list[bytes]:
    """Return the master keys under which contacts are sealed, the newest first; one is made where there is none.

    They lie beside the data and never in its database or its backup: who has only those can read no contact.
    """
    given = os.environ.get("LEADLOOP_CONTACT_KEY")
    lines = given.split(",") if given else _contact_key_file(home).read_text().split()
    try:
        masters = [bytes.fromhex(line.strip()) for line in lines]
    except ValueError:
        masters = []
    if not masters or any(len(one) != MASTER_BYTES for one in masters):
        where = "LEADLOOP_CONTACT_KEY" if given else str(home / CONTACT_KEY)
        raise SettingWrong(
            f"{where} must hold keys of {2 * MASTER_BYTES} hexadecimal digits; `openssl rand -hex 32` makes one."
        )
    return masters


def holds_contact_master(home: Path) -> bool:
    """Return whether ``contact_masters`` finds a key made; it would make one else."""
    return bool(os.environ.get("LEADLOOP_CONTACT_KEY")) or _is_filled(home / CONTACT_KEY)


def add_contact_master(home: Path) -> None:
    """Put a new master key first; those before stay until nothing is sealed under them."""
    if os.environ.get("LEADLOOP_CONTACT_KEY"):
        return
    path = _contact_key_file(home)
    write_whole(path, _lines([secrets.token_hex(MASTER_BYTES), *path.read_text().split()]), is_secret=True)


def drop_older_masters(home: Path) -> None:
    """Keep the newest master key alone."""
    if not os.environ.get("LEADLOOP_CONTACT_KEY"):
        path = _contact_key_file(home)
        write_whole(path, _lines(path.read_text().split()[:1]), is_secret=True)


def _contact_key_file(home: Path) -> Path:
    path = home / CONTACT_KEY
    if not _is_filled(path):
        _make_key(path, secrets.token_hex(MASTER_BYTES))
    return path


def _is_filled(path: Path) -> bool:
    return path.exists() and bool(path.read_text().strip())


def _make_key(path: Path, key: str) -> None:
    """Make a key file where there is none: of processes that begin at once, all go on with the key that lies there then."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, _lines([key]))


def _lines(keys: list[str]) -> bytes:
    return "".join(f"{one}\n" for one in keys).encode()
