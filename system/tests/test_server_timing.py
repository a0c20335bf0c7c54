"""The header that says where a request's time went: there when asked for, holding durations alone."""

import asyncio
import re

from starlette.types import Message, Receive, Scope, Send

from system.kit.timing import ServerTiming, spent


async def _answering(_scope: Scope, _receive: Receive, send: Send) -> None:
    account = spent()
    assert account is not None, "the endpoint does not see the account of its request"
    account.pool_s, account.db_s, account.processor_s = 0.001, 0.002, 0.003
    await send({"type": "http.response.start", "status": 200, "headers": []})


def _headers_of_a_request() -> dict[bytes, bytes]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(ServerTiming(_answering)({"type": "http"}, receive, send))
    return dict(sent[0]["headers"])


def test_an_answer_says_where_its_time_went() -> None:
    told = _headers_of_a_request()[b"server-timing"].decode()
    assert re.fullmatch(r"app;dur=\d+\.\d\d, db;dur=2\.00, processor;dur=3\.00, pool;dur=1\.00", told), told


def test_an_account_ends_with_its_request() -> None:
    _headers_of_a_request()
    assert spent() is None
