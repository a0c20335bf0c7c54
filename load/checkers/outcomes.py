"""What came of each request whose sender never learned it, by the processor's own books: done, not done, or unknown.

The processor does not know the keys of our clients. It knows whose money it moved, how much, and for which object of
ours; what of that no answer named is what the open requests of the same person over the same amount have done.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, Self

from fixtures.books import Operation
from load.findings import Finding, Outcome
from load.operations import still_open

TITLE: Final = "money: every open question was answered"
_PROVES: Final = ("C2.2", "B2.3")
_SHOWN: Final = 20

_ANSWERS: Final = ("done", "not done", "unknown")

_NEEDED: Final = ("charges", "returned", "customers", "emails", "payments", "refunds")
_KEPT: Final = 1000

Answer = Literal["done", "not done", "unknown"]
Json = Mapping[str, Any]
Matter = tuple[str, str, int, str]
"""The verb, whose money or which payment, and how much of it: what a request and a deed are recognised by."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Money that the processor moved, in its own words; `ours` is the payment or refund of ours that it is."""

    deed_id: str
    matter: Matter
    ours: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one intent, and what says so; `object_id` is the payment or refund that it became."""

    key: str
    verb: str
    actor: str
    answer: Answer
    because: str
    object_id: str | None = None

    @classmethod
    def on(cls, asked: Operation, answer: Answer, because: str, object_id: str | None = None) -> Self:
        return cls(asked.key, asked.verb, asked.actor, answer, because, object_id)

    def __str__(self) -> str:
        return f"{self.key}: {self.answer} ({self.because})"


def verdicts(operations: Sequence[Operation], deeds: Iterable[Deed]) -> list[Verdict]:
    """Return one verdict for each intent of which no answer tells what came of it."""
    named = {operation.object_id for operation in operations if operation.object_id is not None}
    unnamed: defaultdict[Matter, list[Deed]] = defaultdict(list)
    for deed in deeds:
        if deed.ours not in named:
            unnamed[deed.matter].append(deed)
    asked: defaultdict[Matter, list[Operation]] = defaultdict(list)
    for operation in still_open(operations):
        asked[_matter(operation)].append(operation)
    return [verdict for matter, group in asked.items() for verdict in _of_group(group, unnamed[matter])]


def _matter(asked: Operation) -> Matter:
    whose = asked.actor if asked.verb == "pay" else asked.payment_id or ""
    return asked.verb, whose, asked.amount, asked.currency


def _of_group(asked: Sequence[Operation], deeds: Sequence[Deed]) -> list[Verdict]:
    """Requests that look alike: with as many deeds as requests all are done, with none none is; else nobody can say."""
    if not deeds:
        return [Verdict.on(each, "not done", "the processor has moved nothing for it") for each in asked]
    if len(deeds) >= len(asked):
        pairs = zip(asked, deeds, strict=False)
        return [Verdict.on(each, "done", deed.deed_id, deed.ours) for each, deed in pairs]
    ids = ", ".join(deed.deed_id for deed in deeds)
    because = f"{ids}: {len(deeds)} done of {len(asked)} alike, and nothing tells which"
    return [Verdict.on(each, "unknown", because) for each in asked]


def finding(operations: Sequence[Operation], found: Sequence[Verdict]) -> Finding:
    """A question that nobody could answer is no error of the system's and no proof of its money either."""
    asked = {operation.key for operation in operations if operation.outcome == "info"}
    counted = Counter(verdict.answer for verdict in found)
    detail = f"{len(asked)} outcomes were unknown at first"
    detail += f"; of {len(found)} that no answer told, the processor's books say: " if found else ", none still is"
    detail += ", ".join(f"{counted[answer]} {answer}" for answer in _ANSWERS if counted[answer])
    sorted_out = [str(verdict) for verdict in sorted(found, key=lambda each: each.answer != "unknown")]
    outcome: Outcome = "unknown" if counted["unknown"] or not operations else "pass"
    said = "\n".join([detail, *sorted_out[:5]])
    return Finding(TITLE, "money", outcome, said, _PROVES, examples=tuple(sorted_out[:_SHOWN]))


def told(found: Sequence[Verdict]) -> dict[str, Any]:
    """The verdicts for the result's file, of very many only the first."""
    counted = Counter(verdict.answer for verdict in found)
    return {"counted": {answer: counted[answer] for answer in _ANSWERS}, "intents": [asdict(e) for e in found[:_KEPT]]}


def of_run(stored: Json, operations: Sequence[Operation], unheard: Collection[str] = ()) -> list[Verdict]:
    """Return what came of each request that no answer told of.

    It is unknown without the processor's word, and while anything still moves. What the processor did for one of those
    `unheard` may be the answer to a request that stands in no history.
    """
    if any(stored.get(name) is None for name in _NEEDED):
        return _unknown(operations, "this run does not show what the processor did")
    if stored.get("moving") != []:
        return _unknown(operations, "nobody saw everything come to rest")
    found = verdicts(operations, [*_paid(stored), *_given_back(stored)])
    return [_doubted(each) if each.actor in unheard and each.answer == "done" else each for each in found]


def _doubted(verdict: Verdict) -> Verdict:
    because = f"{verdict.because}, or a request of which nobody was told"
    return replace(verdict, answer="unknown", because=because, object_id=None)


def _unknown(operations: Sequence[Operation], because: str) -> list[Verdict]:
    return [Verdict.on(each, "unknown", because) for each in still_open(operations)]


def answered(operations: Sequence[Operation], found: Iterable[Verdict]) -> list[Operation]:
    """The operations, where one was done, with what it has done."""
    objects = {verdict.key: verdict.object_id for verdict in found if verdict.object_id is not None}
    if not objects:
        return list(operations)
    return [replace(each, object_id=objects[each.key]) if each.key in objects else each for each in operations]


def _paid(stored: Json) -> Iterator[Deed]:
    customers, emails, ours = stored["customers"], stored["emails"], _payment_by_charge(stored)
    for charge in stored["charges"]:
        if charge["paid"]:
            whose = emails.get(customers.get(charge["customer"], ""), "")
            yield Deed(charge["id"], ("pay", whose, charge["amount"], charge["currency"]), ours.get(charge["id"]))


def _given_back(stored: Json) -> Iterator[Deed]:
    payments = _payment_by_charge(stored)
    ours = {each["processor_refund_id"]: each["refund_id"] for each in stored["refunds"]}
    for refund in stored["returned"]:
        if refund["status"] == "succeeded":
            matter = ("refund", payments.get(refund["charge"]) or "", refund["amount"], refund["currency"])
            yield Deed(refund["id"], matter, refund["ours"] or ours.get(refund["id"]))


def _payment_by_charge(stored: Json) -> Mapping[str, str | None]:
    """The processor's own note of our id; what a subscription charges has none, and is known by our row alone."""
    rows = {each["processor_charge_id"]: each["payment_id"] for each in stored["payments"]}
    return {charge["id"]: charge["ours"] or rows.get(charge["id"]) for charge in stored["charges"]}
