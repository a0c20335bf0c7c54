from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from system.web import (
    account_pages,
    credential_pages,
    docs_page,
    invoice_pages,
    key_pages,
    learning_pages,
    payment_pages,
    plan_change_pages,
    privacy_pages,
    provider_pages,
    second_factor_pages,
    second_step_pages,
    settings_pages,
    shop_pages,
    subscribe_pages,
    subscription_card_pages,
    subscription_change_pages,
    subscription_pages,
)
from system.web.errors import install_page_errors

_STATIC = Path(__file__).parent / "static"


def mount_pages(app: FastAPI) -> None:
    """Add the pages to an application whose problem handlers are installed: they are wrapped for readers."""
    for pages in (
        *(account_pages, second_step_pages, provider_pages, credential_pages),
        *(settings_pages, second_factor_pages, privacy_pages, key_pages),
        *(shop_pages, payment_pages, invoice_pages, learning_pages, docs_page),
        *(subscribe_pages, subscription_pages, plan_change_pages, subscription_change_pages, subscription_card_pages),
    ):
        app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    install_page_errors(app)
