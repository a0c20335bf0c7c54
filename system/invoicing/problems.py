from system.kit.problems import Problem


class InvoiceBeingIssued(Problem):
    """The payment is there and its invoice gets its number within seconds; ask again in a moment."""

    slug = "invoice-being-issued"
    title = "Your invoice is being issued"
    status = 409

    def __init__(self) -> None:
        detail = "Your payment is settled, and its invoice gets its number within seconds; ask again in a moment."
        super().__init__(detail, headers={"Retry-After": "1"})
