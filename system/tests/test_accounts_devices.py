import pytest

from system.accounts.devices import LENGTH_MAX, UNKNOWN, device, told

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        (PIXEL, "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28", "python-httpx"),
        ("", UNKNOWN),
    ],
)
def test_program_is_named_as_its_owner_knows_it(user_agent: str, name: str) -> None:
    assert device(user_agent) == name


@pytest.mark.parametrize(
    "user_agent", ["https://evil.example.com/win", "www.evil.example.com", "<b>win</b>", "w" * 31, "Win!money"]
)
def test_what_a_stranger_calls_his_program_is_no_advertisement(user_agent: str) -> None:
    assert device(user_agent) == UNKNOWN


def test_header_is_kept_printable_and_no_longer_than_its_column() -> None:
    kept = told("a\x00b\x1b[31m" + "c" * 500)

    assert kept.startswith("ab[31mccc")
    assert len(kept) == LENGTH_MAX
