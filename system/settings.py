from typing import Annotated, Literal, TypeVar

from pydantic import (
    AnyHttpUrl,
    EmailStr,
    Field,
    SecretStr,
    TypeAdapter,
    UrlConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, Url
from pydantic_settings import BaseSettings, SettingsConfigDict

PostgresUrl = Annotated[Url, UrlConstraints(allowed_schemes=["postgresql", "postgres"], host_required=False)]
SmtpUrl = Annotated[Url, UrlConstraints(allowed_schemes=["smtp", "smtps"], default_port=25)]
_ADDRESS: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl)
_Text = TypeVar("_Text", str | None, SecretStr | None)
_TEST_KEYS = ("sk_test_", "rk_test_")
_LIVE_KEYS = ("sk_live_", "rk_live_")
_WEBHOOK_SECRET_MIN = 16
"""Characters behind `whsec_`: shorter is no secret of Stripe's."""
_PLACEHOLDERS = ("changeme", "change-me", "placeholder", "example", "secret-key", "xxxx")


class SettingsRefusedError(Exception):
    """The environment cannot be started with; the text lists every fault, one a line, with the variable's name."""


class Settings(BaseSettings):
    """What the system must be told. Read once in the entry point and passed; secrets have no default."""

    model_config = SettingsConfigDict(env_prefix="ASSAY_", frozen=True, extra="ignore", hide_input_in_errors=True)

    environment: Literal["development", "production"] = "development"
    public_url: AnyHttpUrl
    secret_key: Annotated[SecretStr, Field(min_length=32)]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # Tell in each answer how long it took and where (Server-Timing); unset: in development only, for durations give
    # away whether a thing exists to whoever measures often enough.
    server_timing: bool | None = None

    database_url: PostgresUrl
    database_pool_size: Annotated[int, Field(ge=1, le=200)] = 16

    stripe_api_key: SecretStr
    stripe_webhook_secret: SecretStr
    # Another address of the processor: an emulator, a proxy. Live keys are never sent there.
    stripe_api_base: AnyHttpUrl | None = None
    processor_timeout_s: Annotated[float, Field(gt=0, le=80)] = 20.0

    smtp_url: SmtpUrl
    mail_from: EmailStr

    # Somebody else's log-in (OpenID Connect); without an issuer there is none.
    oidc_issuer: str | None = None
    oidc_client_id: Annotated[str | None, Field(max_length=255, validate_default=True)] = None
    oidc_client_secret: Annotated[SecretStr | None, Field(validate_default=True)] = None
    # What people call it: "Log in with ...".
    oidc_name: Annotated[str, Field(min_length=1, max_length=40)] = "single sign-on"

    # Who sells, as invoices name him; lines of the address are parted by "|" or line ends.
    seller_name: Annotated[str, Field(min_length=1, max_length=100)] = "Lyceum"
    seller_address: Annotated[str, Field(max_length=300)] = ""
    seller_tax_id: Annotated[str, Field(max_length=40)] = ""

    # Requests that one process works on at the same time; who comes beyond is refused at once with 503. Those that wait
    # for the processor do not count.
    requests_at_once: Annotated[int, Field(ge=1, le=10_000)] = 64

    access_token_minutes: Annotated[int, Field(ge=1, le=15)] = 15
    session_days: Annotated[int, Field(ge=1, le=90)] = 30

    sweep_interval_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    # How often the processor's own list of events is read for what no delivery told; it delivers most within seconds.
    catch_up_interval_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    # A payment that is `processing` for longer than this was left behind by a process that died.
    uncertain_after_s: Annotated[float, Field(gt=0, le=86400)] = 60.0

    @property
    def live(self) -> bool:
        return self.stripe_api_key.get_secret_value().startswith(_LIVE_KEYS)

    @property
    def tells_timing(self) -> bool:
        return self.environment == "development" if self.server_timing is None else self.server_timing

    # Each rule belongs to a field and looks at no other than `environment`, which is read first: a rule over the whole
    # would be asked only once every field is right, and its faults would be told one start too late.

    @field_validator("public_url")
    @classmethod
    def _public_url_is_safe(cls, url: AnyHttpUrl, known: ValidationInfo) -> AnyHttpUrl:
        if _in_production(known) and url.scheme != "https":
            raise ValueError("Production is reached by https.")
        return url

    @field_validator("secret_key")
    @classmethod
    def _secret_key_is_made(cls, key: SecretStr) -> SecretStr:
        if any(word in key.get_secret_value().lower() for word in _PLACEHOLDERS):
            raise ValueError("This is a placeholder; make one with `openssl rand -base64 48`.")
        return key

    @field_validator("stripe_api_key")
    @classmethod
    def _stripe_key_is_of_its_kind(cls, key: SecretStr, known: ValidationInfo) -> SecretStr:
        text = key.get_secret_value()
        if not text.startswith((*_TEST_KEYS, *_LIVE_KEYS)):
            raise ValueError("A Stripe secret key begins with sk_test_, rk_test_, sk_live_ or rk_live_.")
        if _in_production(known) and not text.startswith(_LIVE_KEYS):
            raise ValueError("Production takes a live key; this is a test key.")
        if known.data.get("environment") == "development" and text.startswith(_LIVE_KEYS):
            raise ValueError("A live key is used in production only (ASSAY_ENVIRONMENT).")
        return key

    @field_validator("stripe_webhook_secret")
    @classmethod
    def _webhook_secret_is_given(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value().removeprefix("whsec_")) < _WEBHOOK_SECRET_MIN:
            raise ValueError("Without the endpoint's signing secret (whsec_…) any event is forged.")
        return secret

    @field_validator("stripe_api_base")
    @classmethod
    def _live_keys_go_to_stripe(cls, base: AnyHttpUrl | None, known: ValidationInfo) -> AnyHttpUrl | None:
        if base is not None and _in_production(known):
            raise ValueError("Live keys are sent to Stripe and nowhere else; unset this.")
        return base

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_is_an_address(cls, issuer: str | None, known: ValidationInfo) -> str | None:
        if not issuer:
            return None
        # Kept as it was written: the provider's tokens name it letter by letter, with its final slash or without.
        scheme = _ADDRESS.validate_python(issuer).scheme
        if _in_production(known) and scheme != "https":
            raise ValueError("A provider of production is reached by https.")
        return issuer

    @field_validator("oidc_client_id", "oidc_client_secret")
    @classmethod
    def _registration_is_whole(cls, value: _Text, known: ValidationInfo) -> _Text:
        if known.data.get("oidc_issuer") and not value:
            raise ValueError("With ASSAY_OIDC_ISSUER set, this is what the provider gave you at the registration.")
        return value


def _in_production(known: ValidationInfo) -> bool:
    return known.data.get("environment") == "production"


def read_settings() -> Settings:
    """Read the environment; SettingsRefusedError lists all faults at once."""
    try:
        return Settings()
    except ValidationError as refused:
        raise SettingsRefusedError(_listed(refused)) from None


def _listed(refused: ValidationError) -> str:
    faults = refused.errors(include_url=False, include_input=False)
    return "\n".join(f"  ASSAY_{str(fault['loc'][0]).upper()}: {_message(fault)}" for fault in faults)


def _message(fault: ErrorDetails) -> str:
    return fault["msg"].removeprefix("Value error, ")
