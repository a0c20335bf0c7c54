"""What a person does with the data that is held on him."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page


def download(page: Page) -> dict[str, Any]:
    page.goto("/account/data")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download my data").click()
    held: dict[str, Any] = json.loads(Path(begun.value.path()).read_text(encoding="utf-8"))
    return held


def erase(page: Page, password: str) -> None:
    page.goto("/account/data")
    page.get_by_text("Erase my account for good").click()
    page.get_by_label("Present password").fill(password)
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Erase everything").click()
