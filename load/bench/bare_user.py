"""What Locust's own user costs: `python -m load.bench.bare_user URL USERS VISITS_PER_S SECONDS`.

Imported only in a process of its own: Locust replaces its sockets and threads.
"""

import locust  # noqa: F401 - the first import: what opens a socket or a thread before it would keep the unpatched ones

# isort: split

import random
import sys

import gevent
from locust import FastHttpUser, task
from locust.env import Environment

from fixtures.client import requests


def user_of(url: str, pause_s: float, pauses: random.Random) -> type[FastHttpUser]:
    class Looker(FastHttpUser):
        """Opens the page and reads the list, as the harness's visitor does; what comes back is not looked at."""

        host = url

        def wait_time(self) -> float:
            """Without a memory, as the harness's arrivals: people who pace in step share each waking of the process."""
            return pauses.expovariate(1 / pause_s)

        @task
        def look_around(self) -> None:
            self.client.get(requests.PRICING_PAGE)
            self.client.get(requests.CATALOGUE)

    return Looker


def main() -> None:
    url, users, rate, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    pauses = random.Random(1)  # noqa: S311 - a plan that can be repeated, not a secret
    environment = Environment(user_classes=[user_of(url, users / rate, pauses)])
    runner = environment.create_local_runner()
    runner.start(users, spawn_rate=max(100, users))
    gevent.sleep(seconds)
    runner.quit()
    total = environment.stats.total
    assert not total.num_failures, environment.stats.errors
    print(total.num_requests)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
