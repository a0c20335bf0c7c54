"""Makes a picture of a finished report for the documentation; nothing is run for it but a browser.

python -m readiness render --out reports/prove
python -m readiness.picture reports/prove docs/images/report.png [--dark] [--width 360] [--height 1500]
"""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from fixtures.browser import launch_options


def take(report: Path, picture: Path, *, dark: bool, width: int, height: int) -> None:
    """The first `height` pixels of the page, at twice their resolution so that it is sharp on any screen."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        page = browser.new_page(
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height},
            device_scale_factor=2,
        )
        page.goto((report / "index.html").resolve().as_uri())
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("report", type=Path)
    asked.add_argument("picture", type=Path)
    asked.add_argument("--dark", action="store_true")
    asked.add_argument("--width", type=int, default=1280)
    asked.add_argument("--height", type=int, default=1500)
    order = asked.parse_args()
    take(order.report, order.picture, dark=order.dark, width=order.width, height=order.height)
