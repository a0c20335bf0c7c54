from system.kit.problems import Problem


class IdempotencyInProgress(Problem):
    """The first request with this key is still at work; ask again with the same key in a moment."""

    slug = "idempotency-in-progress"
    title = "A request with this key is at work"
    status = 409


class IdempotencyMismatch(Problem):
    """This key was used for another request; repeat that one exactly, or take a new key."""

    slug = "idempotency-mismatch"
    title = "This key belongs to another request"
    status = 422
