"""The words of a lead and its workers, beside those of Locust that carry them.

A worker asks the CLOCK and says HELLO; the lead deals a SHARE, is told READY or UNABLE, and says when to BEGIN. Then
comes a SECOND each second, with the HISTORY of a worker that has no disk in common with the lead. At last a worker has
FINISHED, and is told that this is KEPT. STOP asks for no further arrival; DISMISSED says that there is nothing to do.
"""

from typing import Final

CLOCK: Final = "assay.clock"
HELLO: Final = "assay.hello"
SHARE: Final = "assay.share"
READY: Final = "assay.ready"
UNABLE: Final = "assay.unable"
BEGIN: Final = "assay.begin"
SECOND: Final = "assay.second"
HISTORY: Final = "assay.history"
FINISHED: Final = "assay.finished"
KEPT: Final = "assay.kept"
STOP: Final = "assay.stop"
DISMISSED: Final = "assay.dismissed"

SILENT_S: Final = 10.0
"""Heartbeats go both ways once a second. Who gave none for so long is gone, or as good as that."""
