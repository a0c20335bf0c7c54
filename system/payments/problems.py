from system.kit.problems import Problem, ServiceUnavailable


class PaymentDeclined(Problem):
    """The card was declined and nothing was charged; try another card, with a new Idempotency-Key."""

    slug = "payment-declined"
    title = "The payment was declined"
    status = 402


class AlreadyOwned(Problem):
    """This account has bought the item already; it is paid for by `payment_id`."""

    slug = "already-owned"
    title = "You own this already"
    status = 409


class PaymentOpen(Problem):
    """Another attempt to buy this item is under way; finish it at `url`, or wait until it is over."""

    slug = "payment-open"
    title = "A payment for this is open"
    status = 409


class NotRefundable(Problem):
    """This payment cannot be given back; the detail says why."""

    slug = "not-refundable"
    title = "This payment cannot be refunded"
    status = 409


class RefundExceedsRemaining(Problem):
    """Less than this is left of the payment; ask for `refundable_amount` at most."""

    slug = "refund-exceeds-remaining"
    title = "More than is left of the payment"
    status = 409


class ProcessorUnavailable(ServiceUnavailable):
    """The card processor did not take the request; nothing was charged. Send it again with the same Idempotency-Key."""

    slug = "processor-unavailable"
    title = "The card processor does not answer"
