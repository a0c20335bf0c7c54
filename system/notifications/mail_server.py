"""The way to the mail server."""

import time
from email.message import EmailMessage
from types import TracebackType
from typing import Self

import aiosmtplib

from system.settings import Settings

_TIMEOUT_S = 20
_KEPT_S = 10.0
"""A connection is kept for the next mail, for far less than the five minutes of RFC 5321, 4.5.3.2.7."""


class MailServer:
    """Sends as many mails at once as it is asked to, each by a connection that no other uses meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.smtp_url
        self._idle: list[tuple[aiosmtplib.SMTP, float]] = []

    async def deliver(self, message: EmailMessage) -> None:
        """Hand a mail to the server; SMTPException or OSError if it does not take it."""
        client = await self._connected()
        try:
            await client.send_message(message)
        except BaseException:
            client.close()
            raise
        self._idle.append((client, time.monotonic()))

    async def _connected(self) -> aiosmtplib.SMTP:
        while self._idle:
            client, since = self._idle.pop()
            if client.is_connected and time.monotonic() - since < _KEPT_S:
                return client
            client.close()
        client = aiosmtplib.SMTP(
            hostname=self._url.host,
            port=self._url.port,
            username=self._url.username,
            password=self._url.password,
            use_tls=self._url.scheme == "smtps",
            timeout=_TIMEOUT_S,
        )
        await client.connect()
        return client

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Without a farewell: a server that does not answer one would keep a worker from ending.
        for client, _ in self._idle:
            client.close()
