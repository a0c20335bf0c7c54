"""One emulator for the suite that judges it; each test makes its own objects in it."""

from collections.abc import Iterator

import pytest
import stripe

from contract.emulator.receiver import Receiver, receiver
from contract.emulator.running import API_KEY, Emulator, emulator


@pytest.fixture(scope="session", name="stand_in")
def running_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("emulator") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="session")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    """Stripe's own client, which never retries, so that each test sees what the server said."""
    http = stripe.RequestsClient()
    yield stripe.StripeClient(API_KEY, base_addresses={"api": stand_in.url}, max_network_retries=0, http_client=http)
    http.close()  # type: ignore[no-untyped-call]  # theirs has no annotation


@pytest.fixture
def merchant() -> Iterator[Receiver]:
    """A receiver of webhooks that answers as it is told."""
    with receiver() as running:
        yield running
