from system.observability.logs import hide_secrets


def test_secrets_are_blanked_wherever_they_are_named() -> None:
    event = {"event": "x", "Authorization": "Bearer y", "headers": {"cookie": "session=z", "accept": "text/html"}}

    hidden = hide_secrets(None, "info", event)

    assert hidden == {
        "event": "x",
        "Authorization": "[hidden]",
        "headers": {"cookie": "[hidden]", "accept": "text/html"},
    }
