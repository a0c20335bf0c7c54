"""A notification as a mail."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from system.notifications.links import url_of
from system.notifications.models import Recipient
from system.notifications.repository import Notification
from system.settings import Settings

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    # Names of items and accounts are other people's text: they are escaped wherever a reader would run them.
    autoescape=select_autoescape(enabled_extensions=("html",), default=False),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    auto_reload=False,  # templates change with a release, not under a running worker
)


def compose(notification: Notification, recipient: Recipient, settings: Settings) -> EmailMessage:
    """Write a mail; the same notification gives the same Message-ID, so that a mailbox drops what comes twice."""
    url = url_of(notification.template, notification.facts, settings)
    facts: dict[str, Any] = {**notification.facts, "name": recipient.name, "url": url}
    sender = Address("Lyceum", addr_spec=settings.mail_from)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = Address(addr_spec=notification.address or recipient.email)
    message["Subject"] = _rendered(f"{notification.template}.subject.txt", facts).strip()
    message["Date"] = format_datetime(notification.created_at)
    message["Message-ID"] = f"<{notification.notification_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_rendered(f"{notification.template}.txt", facts))
    message.add_alternative(_rendered(f"{notification.template}.html", facts), subtype="html")
    return message


def _rendered(template: str, facts: dict[str, Any]) -> str:
    return _TEMPLATES.get_template(template).render(facts)
