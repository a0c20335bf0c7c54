import pytest

from system.settings import SettingsRefusedError, read_settings

_GOOD = {
    "DATABASE_URL": "postgresql://app@127.0.0.1/assay",
    "STRIPE_API_KEY": "sk_test_0123456789",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
    "SMTP_URL": "smtp://127.0.0.1:2525",
    "MAIL_FROM": "shop@lyceum.dev",
}
_LIVE = {"ENVIRONMENT": "production", "STRIPE_API_KEY": "sk_live_0123456789", "PUBLIC_URL": "https://lyceum.dev"}


def _environment(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    for name, value in {**_GOOD, **changes}.items():
        if value is None:
            monkeypatch.delenv(f"ASSAY_{name}", raising=False)
        else:
            monkeypatch.setenv(f"ASSAY_{name}", value)


def test_a_complete_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    _environment(monkeypatch)

    assert not read_settings().live


@pytest.mark.parametrize(
    ("changes", "told"),
    [({}, True), (_LIVE, False), ({**_LIVE, "SERVER_TIMING": "true"}, True), ({"SERVER_TIMING": "false"}, False)],
)
def test_durations_are_told_in_development_and_else_on_request_alone(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], *, told: bool
) -> None:
    _environment(monkeypatch, **changes)

    assert read_settings().tells_timing is told


def test_production_takes_a_live_key_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    _environment(monkeypatch, **_LIVE)

    assert read_settings().live


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"OIDC_ISSUER": "no address"}, "ASSAY_OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_SECRET": "s"}, "ASSAY_OIDC_CLIENT_ID"),
        ({"OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "shop"}, "ASSAY_OIDC_CLIENT_SECRET"),
        ({**_LIVE, "OIDC_ISSUER": "http://id.example.com"}, "ASSAY_OIDC_ISSUER"),
        ({"STRIPE_WEBHOOK_SECRET": None}, "ASSAY_STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "ASSAY_STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_WEBHOOK_SECRET": "whsec_"}, "ASSAY_STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_API_KEY": "pk_test_0123456789"}, "ASSAY_STRIPE_API_KEY"),
        ({"STRIPE_API_KEY": "sk_live_0123456789"}, "ASSAY_STRIPE_API_KEY"),
        ({"SECRET_KEY": "short"}, "ASSAY_SECRET_KEY"),
        ({"SECRET_KEY": "changeme" * 8}, "ASSAY_SECRET_KEY"),
        ({"DATABASE_URL": "mysql://127.0.0.1/assay"}, "ASSAY_DATABASE_URL"),
        ({"SMTP_URL": "http://127.0.0.1"}, "ASSAY_SMTP_URL"),
        ({"MAIL_FROM": "nobody"}, "ASSAY_MAIL_FROM"),
        ({**_LIVE, "STRIPE_API_KEY": "sk_test_0123456789"}, "ASSAY_STRIPE_API_KEY"),
        ({**_LIVE, "PUBLIC_URL": "http://lyceum.dev"}, "ASSAY_PUBLIC_URL"),
        ({**_LIVE, "STRIPE_API_BASE": "http://127.0.0.1:9"}, "ASSAY_STRIPE_API_BASE"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], variable: str
) -> None:
    _environment(monkeypatch, **changes)

    with pytest.raises(SettingsRefusedError, match=variable):
        read_settings()


def test_all_faults_are_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _environment(monkeypatch, SMTP_URL="nowhere", SECRET_KEY="short", STRIPE_API_KEY=None)

    with pytest.raises(SettingsRefusedError) as refused:
        read_settings()

    named = [line.split(":")[0].strip() for line in str(refused.value).splitlines()]
    assert named == ["ASSAY_SECRET_KEY", "ASSAY_STRIPE_API_KEY", "ASSAY_SMTP_URL"]


def test_a_fault_does_not_show_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    _environment(monkeypatch, STRIPE_API_KEY="pk_test_do_not_print")

    with pytest.raises(SettingsRefusedError) as refused:
        read_settings()

    assert "do_not_print" not in str(refused.value)
