from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from system.settings import Settings

_HOSTED_CHECKOUT = "https://checkout.stripe.com"


class SecurityHeaders:
    """Adds to every response what a browser must not do with it: run foreign code, frame it, guess its type."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(settings),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            # With `no-referrer` a browser sends `Origin: null` from our own forms, and the guard could not know them.
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if settings.public_url.scheme == "https":
            self._headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    # Receipts and tokens belong to one reader; no cache on the way keeps them.
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_fenced if scope["type"] == "http" else send)


def content_security_policy(settings: Settings) -> str:
    """Only our own files; forms go to us and, by the redirect of the checkout, to the processor's hosted page."""
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            f"form-action 'self' {hosted_origin(settings)}",
        )
    )


def hosted_origin(settings: Settings) -> str:
    if settings.stripe_api_base is None:
        return _HOSTED_CHECKOUT
    base = urlsplit(str(settings.stripe_api_base))
    return f"{base.scheme}://{base.netloc}"
