from system.kit.problems import Problem


class SubscriptionExists(Problem):
    """This account has a subscription already; change that one at /api/subscriptions/update, or finish it at `url`."""

    slug = "subscription-exists"
    title = "You have a subscription already"
    status = 409


class NoSubscription(Problem):
    """This account has no subscription; begin one at /api/subscriptions/create."""

    slug = "no-subscription"
    title = "You have no subscription"
    status = 404


class NotAPlan(Problem):
    """This price is of something that is bought once; the plans are at /api/subscriptions/pricing."""

    slug = "not-a-plan"
    title = "This is no plan"
    status = 422


class SamePlan(Problem):
    """The subscription is at this price already, or will be from `scheduled_at` on."""

    slug = "same-plan"
    title = "You have this plan already"
    status = 409


class QuoteExpired(Problem):
    """The quote is too old, or the subscription has changed since; ask for another preview and show its total."""

    slug = "quote-expired"
    title = "The quote no longer holds"
    status = 409


class ChangeRefused(Problem):
    """The subscription cannot be changed like this in its present state; the detail says what can be done."""

    slug = "change-refused"
    title = "This cannot be done with the subscription as it is"
    status = 409


class PaymentPastDue(Problem):
    """The last renewal is not paid; pay it with another card, or cancel. The plan cannot be changed until then."""

    slug = "payment-past-due"
    title = "A renewal is not paid yet"
    status = 409


class ChangeOpen(Problem):
    """Another change of this subscription is under way; look at /api/subscriptions/current in a moment."""

    slug = "change-open"
    title = "Another change is under way"
    status = 409


class TrialUsed(Problem):
    """A person has one trial, over all plans; subscribe without `trial`."""

    slug = "trial-used"
    title = "You have had your trial"
    status = 409
