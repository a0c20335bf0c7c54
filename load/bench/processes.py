from urllib.parse import urlsplit

import psutil


def listening(url: str) -> psutil.Process:
    """The one process that serves the address."""
    parts = urlsplit(url)
    found = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    (pid,) = {each.pid for each in found if each.laddr == (parts.hostname, parts.port)}
    return psutil.Process(pid)
