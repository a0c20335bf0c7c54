from typing import Annotated, Literal, Self

from pydantic import AnyHttpUrl, EmailStr, Field, SecretStr, UrlConstraints, ValidationError, model_validator
from pydantic_core import Url
from pydantic_settings import BaseSettings, SettingsConfigDict

PostgresUrl = Annotated[Url, UrlConstraints(allowed_schemes=["postgresql", "postgres"], host_required=False)]
SmtpUrl = Annotated[Url, UrlConstraints(allowed_schemes=["smtp", "smtps"], default_port=25)]
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

    database_url: PostgresUrl
    database_pool_size: Annotated[int, Field(ge=1, le=200)] = 16

    stripe_api_key: SecretStr
    stripe_webhook_secret: SecretStr
    # Another address of the processor: an emulator, a proxy. Live keys are never sent there.
    stripe_api_base: AnyHttpUrl | None = None
    processor_timeout_s: Annotated[float, Field(gt=0, le=80)] = 20.0

    smtp_url: SmtpUrl
    mail_from: EmailStr

    access_token_minutes: Annotated[int, Field(ge=1, le=15)] = 15
    session_days: Annotated[int, Field(ge=1, le=90)] = 30

    sweep_interval_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    # A payment that is `processing` for longer than this was left behind by a process that died.
    uncertain_after_s: Annotated[float, Field(gt=0, le=86400)] = 60.0

    @property
    def live(self) -> bool:
        return self.stripe_api_key.get_secret_value().startswith(("sk_live_", "rk_live_"))

    @model_validator(mode="after")
    def _keys_are_of_their_kind(self) -> Self:
        faults = [*self._key_faults(), *self._production_faults()]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _key_faults(self) -> list[str]:
        faults = []
        if not self.stripe_api_key.get_secret_value().startswith(("sk_test_", "rk_test_", "sk_live_", "rk_live_")):
            faults.append("stripe_api_key: A Stripe secret key begins with sk_test_, rk_test_, sk_live_ or rk_live_.")
        if len(self.stripe_webhook_secret.get_secret_value().removeprefix("whsec_")) < 16:  # noqa: PLR2004 - shorter is no Stripe secret
            faults.append("stripe_webhook_secret: Without the endpoint's signing secret (whsec_…) any event is forged.")
        if any(word in self.secret_key.get_secret_value().lower() for word in _PLACEHOLDERS):
            faults.append("secret_key: This is a placeholder; make one with `openssl rand -base64 48`.")
        return faults

    def _production_faults(self) -> list[str]:
        if self.environment != "production":
            return ["stripe_api_key: A live key is used in production only (ASSAY_ENVIRONMENT)."] if self.live else []
        faults = []
        if not self.live:
            faults.append("stripe_api_key: Production takes a live key; this is a test key.")
        if self.public_url.scheme != "https":
            faults.append("public_url: Production is reached by https.")
        if self.stripe_api_base is not None:
            faults.append("stripe_api_base: Live keys are sent to Stripe and nowhere else; unset this.")
        return faults


def read_settings() -> Settings:
    """Read the environment; SettingsRefusedError lists all faults at once."""
    try:
        return Settings()
    except ValidationError as refused:
        raise SettingsRefusedError(_listed(refused)) from None


def _listed(refused: ValidationError) -> str:
    lines: list[str] = []
    for error in refused.errors(include_url=False, include_input=False):
        message = error["msg"].removeprefix("Value error, ")
        name = ".".join(str(part) for part in error["loc"])
        lines += [f"{name}: {message}"] if name else message.splitlines()
    return "\n".join(f"  ASSAY_{name.upper()}: {text}" for name, text in (line.split(": ", 1) for line in lines))
