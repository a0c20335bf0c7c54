"""Every fault by its name: what a profile may ask for."""

from typing import Final

from load.nemesis import database, mail, network, processes, processor, release
from load.nemesis.bite import Burning

FAULTS: Final[dict[str, Burning]] = {
    **processes.FAULTS,
    **release.FAULTS,
    **database.FAULTS,
    **network.FAULTS,
    **processor.FAULTS,
    **mail.FAULTS,
}
NAMES: Final = frozenset(FAULTS)
