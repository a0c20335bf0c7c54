"""`python -m system events`: what to tick when the webhook endpoint is set up at the processor."""

from system.webhooks.handlers import HANDLERS


def print_event_types() -> int:
    """Print a line for each type of event that means something to us; every other one would be load for nothing."""
    for each in sorted(HANDLERS):
        print(each)  # noqa: T201 - a command prints
    return 0
