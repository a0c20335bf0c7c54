from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from system.settings import Settings

_HOSTED_CHECKOUT = "https://checkout.stripe.com"


class SecurityHeaders:
    """Adds to every response what a browser must not do with it: run foreign code, frame it, guess its type."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        headers = {
            "content-security-policy": content_security_policy(settings),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            # With `no-referrer` a browser sends `Origin: null` from our own forms, and the guard could not know them.
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "cross-origin-opener-policy": "same-origin",
        }
        if settings.public_url.scheme == "https":
            headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
        self._static = [(name.encode(), value.encode()) for name, value in headers.items()]
        # Receipts and tokens belong to one reader; no cache on the way keeps them.
        self._private = [*self._static, (b"cache-control", b"no-store")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                fence = self._static if scope["path"].startswith("/static/") else self._private
                # No route of ours sets one of these itself, so that they are appended and not looked for.
                message["headers"] = [*message.get("headers", ()), *fence]
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
