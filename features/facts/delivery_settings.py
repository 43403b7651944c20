"""Who is told of alarms, in which way and at which hour: the section ``deliver`` of company.yaml.

Passwords and tokens never stand here: they come from the environment (``features/settings.py``).
"""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from features.facts.company_part import Misplaced, Part, misplaced

Way = Literal["email", "telegram", "webhook"]
WAYS: tuple[Way, ...] = ("email", "telegram", "webhook")
LONGEST_NAME = 80


class Recipient(Part):
    """Somebody who is told: by exactly one of e-mail, Telegram and webhook."""

    email: str | None = Field(default=None, description="the address", repr=False)
    telegram: str | None = Field(default=None, description="the chat's id (-100...) or @channel", repr=False)
    webhook: str | None = Field(default=None, description="the address that takes a POST", repr=False)
    channels: tuple[str, ...] = Field(default=(), description="alarms of these channels alone; empty: of all")
    only: Literal["all", "urgent"] = Field(default="all", description="urgent: nothing but what cannot wait")

    @property
    def way(self) -> Way:
        """Return how this one is told."""
        return next(way for way in WAYS if getattr(self, way) is not None)

    @property
    def address(self) -> str:
        """Return where to: never shown in a log, an error or a report."""
        return str(getattr(self, self.way))

    def wants(self, channel: str) -> bool:
        """Return whether alarms of a channel are for this one; what belongs to no channel is for everybody.

        >>> Recipient(email="m@example.com", channels=("ВКонтакте",)).wants("вконтакте")
        True
        """
        return not self.channels or not channel or channel.casefold() in {one.casefold() for one in self.channels}

    @field_validator("telegram", mode="before")
    @classmethod
    def _a_number_is_an_id(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None and (value.count("@") != 1 or not value.isprintable() or set(value) & set(" ,;<>\"'")):
            raise ValueError("is one e-mail address, such as marketing@example.com")
        return value

    @field_validator("webhook")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is not None and not _is_web(value):
            raise ValueError("is an address that begins with https:// or http://")
        return value

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if sum(getattr(self, way) is not None for way in WAYS) != 1:
            raise ValueError("needs exactly one of email, telegram, webhook")
        return self


class MailServer(Part):
    """The server that takes our mail; its password is LEADLOOP_SMTP_PASSWORD."""

    server: str = "localhost"
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="none: on this machine alone")
    user: str | None = Field(default=None, description="whom to log in as; without one nobody logs in", repr=False)
    sender: str = Field(default="leadloop@localhost", description="the address that mails come from", repr=False)

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value.count("@") != 1 or not value.isprintable():
            raise ValueError("is one e-mail address, such as leadloop@example.com")
        return value


class TelegramServer(Part):
    """Where Telegram's bot API answers; the bot's token is LEADLOOP_TELEGRAM_TOKEN."""

    api: str = "https://api.telegram.org"


class Deliver(Part):
    """How people are told of alarms: one digest a day at most, and at once what cannot wait.

    Examples
    --------
    >>> told = Deliver.model_validate({"to": {"marketer": {"email": "m@example.com"}, "team": {"telegram": -1001}}})
    >>> [(name, one.way) for name, one in told.to.items()], told.hour
    ([('marketer', 'email'), ('team', 'telegram')], 9)
    """

    hour: int = Field(default=9, ge=0, le=23, description="from when on the day's digest goes out, the company's time")
    address: str | None = Field(default=None, description="where people open leadloop's pages, for the links")
    to: dict[str, Recipient] = Field(
        default_factory=dict, description="your own name of a recipient -> how to reach it"
    )
    mail: MailServer = MailServer()
    telegram: TelegramServer = TelegramServer()

    @field_validator("address")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is not None and not _is_web(value):
            raise ValueError("begins with https:// or http://")
        return value.rstrip("/") if value else value

    @field_validator("to")
    @classmethod
    def _names_can_be_shown(cls, value: dict[str, Recipient]) -> dict[str, Recipient]:
        remedy = f"is a plain name of {LONGEST_NAME} letters at most, such as marketer; addresses stand below it"
        wrong = [name for name in value if "@" in name or not name.strip() or len(name) > LONGEST_NAME]
        mistakes: list[Misplaced] = [((name,), remedy) for name in wrong]
        if mistakes:
            raise misplaced(mistakes)
        return value


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
