from system.kit.problems import Problem


class InvalidSignature(Problem):
    """The Stripe-Signature header does not vouch for this body, or not for now."""

    slug = "invalid-signature"
    title = "This event is not signed by the processor"
    status = 400
