from datetime import datetime


def moment(instant: datetime) -> str:
    """Write an instant for a reader: `3 March 2026, 14:05 UTC`."""
    return f"{instant.day} {instant:%B %Y, %H:%M} UTC"
