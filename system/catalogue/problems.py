from system.kit.problems import Problem


class PriceNotFound(Problem):
    """There is no such price; take a price_id from /api/catalogue/items."""

    slug = "price-not-found"
    title = "This price was never offered"
    status = 404


class PriceChanged(Problem):
    """The price is another one now; show the buyer the new amount and ask again."""

    slug = "price-changed"
    title = "The price has changed"
    status = 409
