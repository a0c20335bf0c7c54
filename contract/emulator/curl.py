"""As much of curl as localstripe's test script uses: its calls are counted, shown, and said in Stripe's words.

    python -m contract.emulator.curl -sSfg -u sk_test_x: http://127.0.0.1:12111/v1/customers -d email=a@example.com

Answers are printed with an indent of two, as Stripe prints them: the script finds members by their line. Some things
are not as Stripe takes them, and are said in its words: a card that has expired since gets a later year; a card's
number given to `/cards` is made a token first, which is then given to `/sources`; a token that was used up becomes
tok_visa, and another customer's payment method pm_card_visa; the name of a plan is given to its product; a list is
asked for its `total_count` where the section looks for it, which ASSAY_COUNTED says; and what was earned a moment ago
is paid out a week later.
Each call is added to the file that ASSAY_CALLS names, with whether a refusal of it is a failure (-f), and with what was
changed about it, so that nobody takes a call in Stripe's words for one as it was written.
"""

import argparse
import json
import os
import re
import sys
from base64 import b64encode
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

_FAILED = 22
"""curl's exit code for an answer of 400 and above when it was told to fail (-f)."""
_REFUSED = 400

YEAR = "a card that has expired since"
NUMBER = "a card's number in the place of a token"
USED_UP = "a token that was used up"
METHOD = "a payment method of another customer"
NAME = "a plan's name in the place of its product's"
COUNTED = "a list that does not ask for its total_count"
LATER = "a payout of what was earned a moment ago"
_UNTIL_IT_IS_THERE_S = 7 * 24 * 3600


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    changed: list[str] = []
    method, url, form = _request(options, changed)
    status, body = _call(method, url, form, options.user, fails=options.fail, changed=changed)
    instead = _instead(url, body, form, changed)
    if instead is not None:
        _forget_last_call()
        status, body = _call(method, url, instead, options.user, fails=options.fail, changed=changed)
    shown = _indented(body)
    failed = bool(options.fail and status >= _REFUSED)
    if options.output is None and not failed:
        sys.stdout.write(shown)
    if options.write_out:
        sys.stdout.write(options.write_out.replace("%{http_code}", str(status)))
    return _FAILED if failed else 0


def _instead(url: str, body: str, form: list[str], changed: list[str]) -> list[str] | None:
    """The form to send instead, where the answer says that Stripe does not take this."""
    if "token_already_used" in body:
        changed.append(USED_UP)
        return ["source=tok_visa"]
    if "must be attached to the customer" in body and any(each.startswith("payment_method=pm_") for each in form):
        changed.append(METHOD)
        return [re.sub("^payment_method=.*", "payment_method=pm_card_visa", each) for each in form]
    if "balance_insufficient" in body:
        changed.append(LATER)
        _wait(url)
        return form
    return None


def _wait(url: str) -> None:
    """Let so much time pass that what was earned is there."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("POST", "/_emulator/clock", json.dumps({"advance_s": _UNTIL_IT_IS_THERE_S}))
    connection.getresponse().read()


def _forget_last_call() -> None:
    log = Path(os.environ["ASSAY_CALLS"])
    log.write_text("".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="curl", add_help=False)
    for flag in ("-s", "-S", "-g"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-f", dest="fail", action="store_true")
    parser.add_argument("-G", dest="get", action="store_true")
    parser.add_argument("-u", dest="user", default="")
    parser.add_argument("-X", dest="method", default="")
    parser.add_argument("-o", dest="output")
    parser.add_argument("-w", dest="write_out", default="")
    parser.add_argument("-d", dest="data", action="append", default=[])
    parser.add_argument("url")
    return parser


def _request(options: argparse.Namespace, changed: list[str]) -> tuple[str, str, list[str]]:
    url: str = options.url
    form = _put(options.data, r"(exp_year\]?)=(?:20[12]\d|2\d)$", r"\1=2049", YEAR, changed)
    if url.endswith("/v1/plans"):
        form = _put(form, r"^name=", "product[name]=", NAME, changed)
    if options.get:
        url, form = f"{url}{'&' if '?' in url else '?'}{'&'.join(map(_quoted, form))}", []
    method = options.method or ("POST" if form else "GET")
    if method == "GET" and os.environ.get("ASSAY_COUNTED"):
        url = f"{url}{'&' if '?' in url else '?'}include[]=total_count"
        changed.append(COUNTED)
    if url.endswith("/cards") and any(each.startswith("source[number]=") for each in form):
        url, form = url.removesuffix("cards") + "sources", [f"source={_token(options, form)}"]
        changed.append(NUMBER)
    return method, url, form


def _put(form: list[str], old: str, new: str, kind: str, changed: list[str]) -> list[str]:
    put = [re.sub(old, new, each) for each in form]
    if put != form:
        changed.append(kind)
    return put


def _token(options: argparse.Namespace, form: list[str]) -> str:
    card = [each.replace("source[", "card[", 1) for each in form if not each.startswith("source[object]")]
    root = options.url.partition("/v1/")[0]
    status, body = _call("POST", f"{root}/v1/tokens", card, options.user, changed=[NUMBER])
    return str(json.loads(body)["id"]) if status < _REFUSED else "tok_refused"


def _call(
    method: str, url: str, form: list[str], user: str, *, changed: list[str], fails: bool = True
) -> tuple[int, str]:
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if user:
        headers["Authorization"] = "Basic " + b64encode(user.encode()).decode()
    target = address.path + (f"?{address.query}" if address.query else "")
    content = "&".join(map(_quoted, form)) if form else None
    connection.request(method, target, content, headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    with Path(os.environ["ASSAY_CALLS"]).open("a", encoding="utf-8") as log:
        log.write(json.dumps([method, target, content, answer.status, body[:600], fails, changed]) + "\n")
    return answer.status, body


def _quoted(pair: str) -> str:
    name, _, value = pair.partition("=")
    return f"{name}={quote_plus(value)}"


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False) + "\n"
    except ValueError:
        return body


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
