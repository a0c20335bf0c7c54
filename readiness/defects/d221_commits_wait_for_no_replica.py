"""M21: commits wait for no replica: what was acknowledged is gone with the server that it was committed on."""

from typing import Any

from system.kit import db

ROW = 221
SOURCE = "apecloud/kubeblocks-addons#126; patroni/patroni#1411"
CHECK = "contract/test_succession.py::test_nobody_is_told_of_a_payment_that_only_the_lost_server_has"


def apply() -> None:
    configure = db._keep_all_prepared

    async def configure_hastily(conn: Any) -> None:
        await configure(conn)
        await conn.set_autocommit(True)
        await conn.execute("SET synchronous_commit TO local")
        await conn.set_autocommit(False)

    db._keep_all_prepared = configure_hastily
