"""E-mail, by SMTP: encrypted and logged in as company.yaml says, with the text plain and as HTML."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from features.errors import DeliveryFailed
from features.facts.delivery_settings import MailServer, Recipient
from monitoring.telling.digest_words import Message

SECONDS = 20.0
"""How long the server may be silent."""
Trust = Callable[[], ssl.SSLContext]


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
        mail = self._mail(recipient, message, name, moment)
        try:
            with self._connected() as smtp:
                if self._server.user and self._password:
                    smtp.login(self._server.user, self._password)
                smtp.send_message(mail)
        except smtplib.SMTPAuthenticationError as error:
            raise DeliveryFailed(f"The mail server does not take our user and password ({error.smtp_code}).") from None
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
        except ssl.SSLError as error:
            why = error.reason or type(error).__name__
            raise DeliveryFailed(
                f"The encryption with the mail server failed ({why}); look at mail.security."
            ) from None
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            place = f"{self._server.server}:{self._server.port}"
            raise DeliveryFailed(f"The mail server {place} does not answer ({type(error).__name__}).") from None

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.server, server.port, timeout=SECONDS, context=self._trust())
        smtp = smtplib.SMTP(server.server, server.port, timeout=SECONDS)
        if server.security == "starttls":
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
