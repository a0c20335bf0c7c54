"""`python -m system`: serve the product, work its queue, migrate its database, check its environment."""

import argparse
import sys
from collections.abc import Sequence

from system.kit.clock import Clock, SystemClock
from system.settings import Settings, SettingsRefusedError, read_settings

REFUSED = 78
"""EX_CONFIG of sysexits.h: a supervisor should not restart what its configuration stops."""


def main(argv: Sequence[str] | None = None, *, clock: Clock | None = None) -> int:
    """Run one command. `clock` is for whoever starts the system from outside with a time of its own."""
    arguments = _parser().parse_args(argv)
    try:
        settings = read_settings()
    except SettingsRefusedError as refused:
        print(f"The system was not started. Correct these settings:\n{refused}", file=sys.stderr)
        return REFUSED
    return _run(arguments, settings, clock or SystemClock())


def _run(arguments: argparse.Namespace, settings: Settings, clock: Clock) -> int:
    """Import a command's parts only when it is asked for: `check-env` must not need what `serve` needs."""
    match arguments.command:
        case "serve":
            from system.serve import Door, serve  # noqa: PLC0415 - see the docstring

            door = Door(arguments.host, arguments.port, shared=arguments.share_port)
            code = serve(settings, clock, door, workers=arguments.workers)
        case "worker":
            from system.worker import work  # noqa: PLC0415

            code = work(settings, clock)
        case "migrate":
            from system.migrate import migrate  # noqa: PLC0415

            code = migrate(settings, revision=arguments.to, check=arguments.check)
        case "create-account":
            from system.accounts.command import create_account  # noqa: PLC0415

            code = create_account(settings, clock, email=arguments.email, name=arguments.name, role=arguments.role)
        case "remove-second-factor":
            from system.accounts.second_factor.command import remove_second_factor  # noqa: PLC0415

            return remove_second_factor(settings, clock, email=arguments.email)
        case "features":
            from system.features import print_features  # noqa: PLC0415

            code = print_features(settings, clock)
        case "events":
            from system.webhooks.command import print_event_types  # noqa: PLC0415

            code = print_event_types()
        case "reconcile":
            from system.reconcile import reconcile  # noqa: PLC0415

            code = reconcile(settings, clock)
        case _:
            print(f"The environment is complete ({settings.environment}).")
            code = 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m system", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="answer HTTP")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1, help="processes that share the port (default 1)")
    serve.add_argument(
        "--share-port", action="store_true", help="listen beside a server that does so too, and which this one replaces"
    )

    commands.add_parser("worker", help="send mails and settle what is undecided")

    migrate = commands.add_parser("migrate", help="bring the database's schema and seeds up to date")
    migrate.add_argument("--to", default="head", metavar="REVISION", help="a version, also an earlier one, or `base`")
    migrate.add_argument("--check", action="store_true", help="change nothing; exit 1 if a version is missing")

    account = commands.add_parser("create-account", help="create an account with a role; the password comes on stdin")
    account.add_argument("--email", required=True)
    account.add_argument("--name", required=True)
    account.add_argument("--role", required=True, choices=["student", "instructor", "enterprise", "admin", "auditor"])

    lost = commands.add_parser("remove-second-factor", help="let in who has lost the authenticator and every code")
    lost.add_argument("--email", required=True)

    commands.add_parser("features", help="print the routes that a plan or a purchase opens")
    commands.add_parser("events", help="print the types of events that the processor has to send us")
    commands.add_parser("reconcile", help="compare the ledger with the processor's books; exit 1 if they differ")
    commands.add_parser("check-env", help="say whether the environment is complete, or all that is wrong")
    return parser


if __name__ == "__main__":
    sys.exit(main())
