import logging
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import orjson
import structlog

_SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "api_key")
_HIDDEN = "[hidden]"


def configure_logging(level: str) -> None:
    """Write every line of this process as one JSON object on stderr: ours, the server's and the libraries'."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        hide_secrets,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_line)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    foreign = logging.StreamHandler(sys.stderr)
    foreign.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_text),
            ],
        )
    )
    logging.basicConfig(handlers=[foreign], level=level, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # The access log is ours: it knows the route's template and the request's id.
    logging.getLogger("uvicorn.access").disabled = True


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401 - structlog's signature
    """Blank the value of every key that names a secret; the last fence, for whoever logs a whole mapping."""
    for key, value in event.items():
        event[key] = _HIDDEN if _names_secret(key) else _without_secrets(value)
    return event


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return {key: _HIDDEN if _names_secret(str(key)) else _without_secrets(inner) for key, inner in value.items()}
    return value


@lru_cache(maxsize=1024)
def _names_secret(key: str) -> bool:
    return any(word in key.lower() for word in _SECRET_WORDS)


def _line(event: Any, **_: Any) -> bytes:  # noqa: ANN401 - structlog's signature
    return orjson.dumps(event, default=repr)


def _text(event: Any, **_: Any) -> str:  # noqa: ANN401 - structlog's signature
    return _line(event).decode()
