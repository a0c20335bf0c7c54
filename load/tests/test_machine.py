import subprocess
import sys
import time

from load.machine import Usage

BURN = "import time\nend = time.monotonic() + 1\nwhile time.monotonic() < end: pass"


def test_our_own_work_is_told_from_that_of_others() -> None:
    with subprocess.Popen([sys.executable, "-c", f"{BURN}\ntime.sleep(30) # worker"]) as ours:
        before = Usage.now()
        time.sleep(0.8)
        used = Usage.now().since(before)
        ours.kill()
    assert used["cpu_s"]["worker"] > 0.1
    assert 0 <= used["foreign_share"] <= used["busy_share"] <= 1
