"""Judges whether a response has the shape that the installed stripe package declares.

The package's resource classes carry, as annotations, the facts of the API version they were generated from: fields,
what may be null, and the members of enumerations. `Union[Literal[...], str]` is read as the closed list: a member
unknown to this version is a fault of a server that claims to speak it. Pure: no network, no state.
"""

import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal
from inspect import get_annotations, isclass
from types import NoneType
from typing import Any, ClassVar, Final, ForwardRef, Literal, get_args, get_origin

from stripe import ListObject, StripeObject
from stripe._object_classes import get_object_class
from stripe._stripe_object import UntypedStripeObject

# What a scalar looks like in JSON; a decimal travels as text, so that no reader rounds it.
_WIRE: Final[dict[object, tuple[type, ...]]] = {
    str: (str,),
    int: (int,),
    bool: (bool,),
    float: (int, float),
    Decimal: (str,),
}


def violations(body: object, declared: type[StripeObject]) -> list[str]:
    """Each line is a path and what is wrong there; no line means that the shape holds."""
    return list(_of_object(body, declared, declared.__name__))


def declared_fields(declared: type) -> dict[str, object]:
    """The annotations of a resource class and of what it inherits, without class variables."""
    fields: dict[str, object] = {}
    for ancestor in reversed(declared.__mro__):
        if issubclass(ancestor, StripeObject) and ancestor is not StripeObject:
            fields |= get_annotations(ancestor)
    return {name: kind for name, kind in fields.items() if get_origin(kind) is not ClassVar}


def _of_object(body: object, declared: type, path: str) -> Iterator[str]:
    if not isinstance(body, Mapping):
        yield f"{path}: {body!r} is not an object"
        return
    fields = declared_fields(declared)
    for name in sorted(body.keys() - fields.keys()):
        yield f"{path}.{name}: no such field in this version"
    for name, kind in fields.items():
        if name in body:
            yield from _of_value(body[name], kind, f"{path}.{name}")
        elif not _may_be_null(kind):
            yield f"{path}.{name}: required, and missing"


def _of_value(value: object, kind: object, path: str) -> Iterator[str]:
    if kind is Any or (value is None and _may_be_null(kind)):
        return
    origin = get_origin(kind)
    if isinstance(kind, str | ForwardRef):
        yield from _of_resource(value, path)
    elif origin is typing.Union:
        yield from _of_union(value, get_args(kind), path)
    elif origin is Literal:
        if value not in get_args(kind):
            yield f"{path}: {value!r} is none of {_some(get_args(kind))}"
    elif origin is list:
        yield from _of_items(value, get_args(kind)[0], path)
    elif origin is ListObject:
        yield from _of_list_object(value, get_args(kind)[0], path)
    elif origin is UntypedStripeObject:
        yield from _of_map(value, get_args(kind)[0], path)
    elif isclass(kind) and issubclass(kind, StripeObject):
        yield from _of_object(value, kind, path)
    else:
        yield from _of_scalar(value, kind, path)


def _of_union(value: object, members: tuple[object, ...], path: str) -> Iterator[str]:
    """An id or the expanded object; or an enumeration; or one of several resources."""
    enumeration = [member for member in members if get_origin(member) is Literal]
    objects = [member for member in members if member not in (*_WIRE, NoneType) and member not in enumeration]
    if enumeration:
        yield from _of_value(value, enumeration[0], path)
    elif isinstance(value, Mapping) and objects:
        yield from _of_value(value, objects[0], path)
    else:
        candidates = [list(_of_value(value, member, path)) for member in members if member is not NoneType]
        yield from min(candidates, key=len)


def _of_resource(value: object, path: str) -> Iterator[str]:
    """A forward reference names a resource; the object itself says which one it is."""
    if not isinstance(value, Mapping) or not isinstance(value.get("object"), str):
        yield f"{path}: {value!r} is no resource"
        return
    declared = get_object_class("V1", value["object"])
    if declared is StripeObject:
        yield f"{path}.object: {value['object']!r} is no resource of this version"
        return
    yield from _of_object(value, declared, path)


def _of_items(value: object, kind: object, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {value!r} is not a list"
        return
    for index, item in enumerate(value):
        yield from _of_value(item, kind, f"{path}[{index}]")


def _of_list_object(value: object, kind: object, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping) or value.get("object") != "list":
        yield f"{path}: not a list object"
        return
    for name, scalar in (("url", str), ("has_more", bool)):
        yield from _of_scalar(value.get(name), scalar, f"{path}.{name}")
    yield from _of_items(value.get("data"), kind, f"{path}.data")


def _of_map(value: object, kind: object, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: {value!r} is not an object"
        return
    for name, item in value.items():
        yield from _of_value(item, kind, f"{path}.{name}")


def _of_scalar(value: object, kind: object, path: str) -> Iterator[str]:
    wanted = _WIRE.get(kind, ())
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
        yield f"{path}: {value!r} is not of type {getattr(kind, '__name__', kind)}"


def _may_be_null(kind: object) -> bool:
    return get_origin(kind) is typing.Union and NoneType in get_args(kind)


def _some(members: tuple[object, ...], shown: int = 12) -> str:
    return ", ".join(map(repr, members[:shown])) + (", …" if len(members) > shown else "")
