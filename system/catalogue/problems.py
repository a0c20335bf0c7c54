from system.kit.problems import NotFound, Problem


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


class SubscribeInstead(Problem):
    """A plan is not bought once but subscribed to; send its price_id to /api/subscriptions/create."""

    slug = "subscribe-instead"
    title = "This is a plan to subscribe to"
    status = 409


class NoSuchCourse(NotFound):
    """There is no such course; all that there are stand at /api/learning/courses."""
