"""E-mail, by SMTP: encrypted and logged in as company.yaml says, with the text plain and as HTML."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from features.errors import DeliveryFailed
from features.facts.delivery_settings import MailServer, Recipient
from leadloop.deliveries.patience import Patience
from monitoring.telling.digest_words import Message

SECONDS = 20.0
"""How long the server may be silent."""
SECONDS_IN_ALL = 30.0
"""How long it may take over a message, however little it says at a time."""
Trust = Callable[[], ssl.SSLContext]


class _Watched(smtplib.SMTP):
    """A conversation with a mail server that ends with our patience."""

    _patience: Patience

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect: it is here that ``smtplib``, encrypted or not, gets its connection from."""
        made = self._patience.connected(host, port)
        made.settimeout(timeout)
        return made


class _Plain(_Watched):
    """Encrypted later, or not at all."""

    def __init__(self, server: MailServer, patience: Patience) -> None:
        self._patience = patience
        super().__init__(server.server, server.port, timeout=SECONDS)


class _Encrypted(smtplib.SMTP_SSL, _Watched):
    """Encrypted from the first byte."""

    def __init__(self, server: MailServer, patience: Patience, trust: ssl.SSLContext) -> None:
        self._patience = patience
        super().__init__(server.server, server.port, timeout=SECONDS, context=trust)


class Mail:
    """Sends by the company's mail server."""

    def __init__(self, server: MailServer, password: str | None, trust: Trust = ssl.create_default_context) -> None:
        self._server, self._password, self._trust = server, password, trust

    def send(self, recipient: Recipient, message: Message, *, name: str, moment: datetime) -> None:
        """Hand a message to the server.

        Raises
        ------
        DeliveryFailed
            Where the server does not answer, refuses us, the sender or the recipient.
        """
        if self._server.user and not self._password:
            raise DeliveryFailed("mail.user is set in company.yaml; set LEADLOOP_SMTP_PASSWORD too.")
        self._hand_over(self._mail(recipient, message, name, moment))

    def _hand_over(self, mail: EmailMessage) -> None:
        place = f"{self._server.server}:{self._server.port}"
        with Patience(SECONDS_IN_ALL) as patience:
            try:
                self._say(mail, patience)
            except smtplib.SMTPAuthenticationError as error:
                raise DeliveryFailed(
                    f"The mail server does not take our user and password ({error.smtp_code})."
                ) from None
            except smtplib.SMTPRecipientsRefused as refused:
                code = next(iter(refused.recipients.values()), (0, b""))[0]
                raise DeliveryFailed(
                    f"The mail server does not take the recipient ({code}); look at the address."
                ) from None
            except smtplib.SMTPResponseException as error:
                raise DeliveryFailed(f"The mail server said no ({error.smtp_code}).") from None
            except smtplib.SMTPNotSupportedError:
                remedy = "look at mail.security and mail.port in company.yaml"
                raise DeliveryFailed(f"The mail server offers no login or encryption; {remedy}.") from None
            except (OSError, UnicodeError, smtplib.SMTPException) as error:
                if patience.is_over:
                    raise DeliveryFailed(f"The mail server {place} took longer than {SECONDS_IN_ALL:.0f} s.") from None
                if isinstance(error, ssl.SSLError):
                    why = error.reason or type(error).__name__
                    raise DeliveryFailed(
                        f"The encryption with the mail server failed ({why}); look at mail.security."
                    ) from None
                raise DeliveryFailed(f"The mail server {place} does not answer ({type(error).__name__}).") from None

    def _say(self, mail: EmailMessage, patience: Patience) -> None:
        """Say all that there is to say; once the server took the message, how it says goodbye does not matter."""
        smtp = self._connected(patience)
        try:
            if self._server.user and self._password:
                smtp.login(self._server.user, self._password)
            smtp.send_message(mail)
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            smtp.close()

    def _connected(self, patience: Patience) -> smtplib.SMTP:
        if self._server.security == "tls":
            return _Encrypted(self._server, patience, self._trust())
        smtp = _Plain(self._server, patience)
        if self._server.security == "starttls":
            try:
                smtp.starttls(context=self._trust())
            except BaseException:
                smtp.close()
                raise
        return smtp

    def _mail(self, recipient: Recipient, message: Message, name: str, moment: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"] = self._server.sender
        mail["To"] = recipient.address
        mail["Date"] = format_datetime(moment)
        mail["Message-ID"] = f"<{name}@{self._server.sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail
