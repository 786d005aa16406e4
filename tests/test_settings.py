"""Settings from the environment: each wrong one is one clear line."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from crm_cell.settings import (
    Settings,
    SettingsError,
    ignored_variables,
    read_settings,
    settings_table,
)
from tests.identity.issuer import ec_key, pem, rsa_key
from tests.processes import environment

SECRET = "a secret that nobody guesses"


def test_without_any_there_is_a_service_for_oneself() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.auth_mode) == ("127.0.0.1", 8001, "dev")
    assert (settings.idempotency_ttl_hours, settings.default_tenant_id) == (72, None)


def test_each_can_be_set() -> None:
    settings = read_settings(
        {
            "CRM_HOST": "0.0.0.0",
            "PORT": "9000",
            "CRM_DATABASE_URL": "sqlite:////var/lib/crm/crm.db",
            "CRM_DEMO": "0",
            "CRM_AUTH_MODE": "gateway",
            "CELL_SIGNING_SECRET": SECRET,
            "CRM_DEFAULT_TENANT_ID": "acme",
            "CRM_IDEMPOTENCY_TTL_HOURS": "24",
            "CRM_METRICS_TOKEN": "for prometheus",
            "CRM_SLOTS": "64",
            "CRM_CORS_ORIGINS": "https://crm.example.com,http://localhost:5173",
            "CRM_RATE_LIMIT_TENANT": "200",
            "CRM_RATE_LIMIT_TOKEN": "50",
            "CRM_RATE_LIMIT_BURST": "60",
            "CRM_LOG_FORMAT": "json",
            "CRM_LOG_LEVEL": "warning",
        }
    )
    assert settings == Settings(
        host="0.0.0.0",
        port=9000,
        database_url="sqlite:////var/lib/crm/crm.db",
        demo=False,
        auth_mode="gateway",
        signing_secret=SECRET,
        default_tenant_id="acme",
        idempotency_ttl_hours=24,
        metrics_token="for prometheus",
        slots=64,
        cors_origins="https://crm.example.com,http://localhost:5173",
        rate_limit_tenant=200,
        rate_limit_token=50,
        rate_limit_burst=60,
        log_format="json",
        log_level="warning",
    )


LONG = "a secret of thirty-two bytes, or more"
JWT = {
    "CRM_AUTH_MODE": "jwt",
    "CRM_JWT_ISSUER": "https://issuer.example",
    "CRM_JWT_AUDIENCE": "crm",
}
PRIVATE = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
NO_DATABASE = (
    "CRM_DATABASE_URL: must be sqlite:///path/to/file.db or postgresql://user@host/database"
)
WRONG = [
    ({"CRM_HOST": ""}, "CRM_HOST: must be a loopback address with CRM_AUTH_MODE=dev"),
    ({"CRM_HOST": "0.0.0.0"}, "CRM_HOST: must be a loopback address with CRM_AUTH_MODE=dev"),
    ({"CRM_HOST": "::"}, "CRM_HOST: must be a loopback address with CRM_AUTH_MODE=dev"),
    ({"CRM_HOST": "10.0.0.1"}, "CRM_HOST: must be a loopback address with CRM_AUTH_MODE=dev"),
    ({"CRM_HOST": "crm.example"}, "CRM_HOST: must be a loopback address with CRM_AUTH_MODE=dev"),
    ({"PORT": "0"}, "PORT: must be 1 to 65535"),
    ({"PORT": "65536"}, "PORT: must be 1 to 65535"),
    ({"PORT": "-1"}, "PORT: must be a whole number"),
    ({"PORT": "http"}, "PORT: must be a whole number"),
    ({"PORT": ""}, "PORT: must be a whole number"),
    ({"PORT": "８001"}, "PORT: must be a whole number"),
    ({"PORT": "9" * 5000}, "PORT: must be a whole number"),
    ({"CRM_DATABASE_URL": ""}, NO_DATABASE),
    ({"CRM_DATABASE_URL": "sqlite:///"}, NO_DATABASE),
    ({"CRM_DATABASE_URL": "crm.db"}, NO_DATABASE),
    ({"CRM_DATABASE_URL": "postgresql://x:y:z/d"}, "CRM_DATABASE_URL: is no URL of a"),
    ({"CRM_DATABASE_CONNECTIONS": "1"}, "CRM_DATABASE_CONNECTIONS: must be 2 to 500"),
    ({"CRM_DATABASE_CONNECTIONS": "501"}, "CRM_DATABASE_CONNECTIONS: must be 2 to 500"),
    ({"CRM_DATABASE_URL": "mysql://x/y"}, NO_DATABASE),
    ({"CRM_SLOTS": "4"}, "CRM_SLOTS: must be 5 to 5000, or 0"),
    ({"CRM_CORS_ORIGINS": "*"}, "CRM_CORS_ORIGINS: * is no origin"),
    ({"CRM_CORS_ORIGINS": "https://a.b/"}, "CRM_CORS_ORIGINS: https://a.b/ is no origin"),
    ({"CRM_RATE_LIMIT_TENANT": "-1"}, "CRM_RATE_LIMIT_TENANT: must be a whole number"),
    ({"CRM_RATE_LIMIT_TOKEN": "0.5"}, "CRM_RATE_LIMIT_TOKEN: must be a whole number"),
    ({"CRM_RATE_LIMIT_BURST": "0"}, "CRM_RATE_LIMIT_BURST: must be 1 to 3600"),
    ({"CRM_DEMO": "yes"}, "CRM_DEMO: must be 0 or 1"),
    ({"CRM_DEMO": ""}, "CRM_DEMO: must be 0 or 1"),
    ({"CRM_AUTH_MODE": "none"}, "CRM_AUTH_MODE: must be one of dev, jwt, platform, gateway"),
    ({"CRM_AUTH_MODE": "DEV"}, "CRM_AUTH_MODE: must be one of dev, jwt, platform, gateway"),
    ({"CRM_AUTH_MODE": "gateway"}, "CELL_SIGNING_SECRET: must be set with CRM_AUTH_MODE=gateway"),
    ({"CELL_SIGNING_SECRET": "short"}, "CELL_SIGNING_SECRET: must have at least 16 characters"),
    ({"CELL_SIGNING_SECRET": ""}, "CELL_SIGNING_SECRET: must not be empty"),
    ({"CRM_DEFAULT_TENANT_ID": "a b"}, "CRM_DEFAULT_TENANT_ID: must be 1 to 64 letters"),
    ({"CRM_DEFAULT_TENANT_ID": "a" * 65}, "CRM_DEFAULT_TENANT_ID: must be 1 to 64 letters"),
    ({"CRM_DEFAULT_TENANT_ID": ""}, "CRM_DEFAULT_TENANT_ID: must not be empty"),
    ({"CRM_IDEMPOTENCY_TTL_HOURS": "23"}, "CRM_IDEMPOTENCY_TTL_HOURS: must be at least 24"),
    ({"CRM_IDEMPOTENCY_TTL_HOURS": "1d"}, "CRM_IDEMPOTENCY_TTL_HOURS: must be a whole number"),
    ({"CRM_METRICS_TOKEN": ""}, "CRM_METRICS_TOKEN: must not be empty"),
    ({"CRM_MASK_EMAIL": "on"}, "CRM_MASK_EMAIL: must be 0 or 1"),
    ({"CRM_REVEALS_PER_DAY": "1_000"}, "CRM_REVEALS_PER_DAY: must be a whole number"),
    ({"CRM_REVEALS_PER_DAY": " 1"}, "CRM_REVEALS_PER_DAY: must be a whole number"),
    ({"CRM_REVEALS_PER_DAY": "1\n"}, "CRM_REVEALS_PER_DAY: must be a whole number"),
    ({"CRM_AUDIT_KEY": "hunter2"}, "CRM_AUDIT_KEY: must be 32 bytes in base64 or hex"),
    ({"CRM_AUDIT_HEADS_PATH": "/x"}, "CRM_AUDIT_HEADS_PATH: says nothing without CRM_AUDIT_KEY"),
    ({"CRM_AUTH_MODE": "jwt"}, "CRM_AUTH_MODE: jwt needs one of CRM_JWT_SECRET, CRM_JWT_PUBLIC"),
    (JWT | {"CRM_JWT_SECRET": LONG, "CRM_JWT_JWKS_URL": "https://x/"}, "CRM_AUTH_MODE: jwt needs"),
    (JWT | {"CRM_JWT_SECRET": "a" * 31}, "CRM_JWT_SECRET: must have at least 32 bytes for HS256"),
    (JWT | {"CRM_JWT_SECRET": ""}, "CRM_JWT_SECRET: must not be empty"),
    (
        JWT | {"CRM_JWT_SECRET": LONG, "CRM_JWT_ALGORITHM": "HS512"},
        "CRM_JWT_SECRET: must have at least 64 bytes for HS512",
    ),
    (
        JWT | {"CRM_JWT_SECRET": LONG, "CRM_JWT_ALGORITHM": "none"},
        "CRM_JWT_SECRET: signs by HS256, HS384, HS512, not by none",
    ),
    (JWT | {"CRM_JWT_PUBLIC_KEY": LONG}, "CRM_JWT_PUBLIC_KEY: must be a public key or a certif"),
    (
        JWT | {"CRM_JWT_PUBLIC_KEY": pem(rsa_key("weak", 1024))},
        "CRM_JWT_PUBLIC_KEY: must have at least 2048 bits",
    ),
    (
        JWT | {"CRM_JWT_PUBLIC_KEY": pem(rsa_key()), "CRM_JWT_ALGORITHM": "HS256"},
        "CRM_JWT_PUBLIC_KEY: signs by RS256, RS384, RS512, PS256, PS384, PS512, not by HS256",
    ),
    (
        JWT | {"CRM_JWT_PUBLIC_KEY": pem(ec_key()), "CRM_JWT_ALGORITHM": "RS256"},
        "CRM_JWT_PUBLIC_KEY: signs by ES256, not by RS256",
    ),
    (JWT | {"CRM_JWT_PUBLIC_KEY": PRIVATE}, "CRM_JWT_PUBLIC_KEY: must be a public key or a certif"),
    (JWT | {"CRM_JWT_JWKS_URL": "issuer"}, "CRM_JWT_JWKS_URL: must be an address like https://"),
    (JWT | {"CRM_JWT_JWKS_URL": "file:///keys"}, "CRM_JWT_JWKS_URL: must be an address like"),
    (
        JWT | {"CRM_JWT_JWKS_URL": "https://x/k", "CRM_JWT_ALGORITHM": "RS256"},
        "CRM_JWT_ALGORITHM: is not for CRM_JWT_JWKS_URL, whose keys name their own",
    ),
    (
        {"CRM_AUTH_MODE": "jwt", "CRM_JWT_SECRET": LONG, "CRM_JWT_AUDIENCE": "crm"},
        "CRM_JWT_ISSUER: must be set with CRM_AUTH_MODE=jwt",
    ),
    (
        {"CRM_AUTH_MODE": "jwt", "CRM_JWT_SECRET": LONG, "CRM_JWT_ISSUER": "x"},
        "CRM_JWT_AUDIENCE: must be set with CRM_AUTH_MODE=jwt",
    ),
    ({"CRM_AUTH_MODE": "platform"}, "PLATFORM_AUTH_URL: must be set with CRM_AUTH_MODE=platform"),
    (
        {"CRM_AUTH_MODE": "platform", "PLATFORM_AUTH_URL": "platform:80"},
        "PLATFORM_AUTH_URL: must be an address like https://platform.example",
    ),
    (
        {"CRM_AUTH_MODE": "platform", "PLATFORM_AUTH_URL": "http://x:99999"},
        "PLATFORM_AUTH_URL: must be an address like https://platform.example",
    ),
    ({"CRM_ROLES": "sales"}, "CRM_ROLES: must be JSON like"),
    ({"CRM_ROLES": '{"sales":"crm:read"}'}, "CRM_ROLES: must be JSON like"),
    ({"CRM_ROLES": '{"sales":["crm:sell"]}'}, "CRM_ROLES: sales is granted crm:sell, which is no"),
    ({"CRM_TENANT_FROM_HEADER": "yes"}, "CRM_TENANT_FROM_HEADER: must be 0 or 1"),
    (
        {"CRM_DEMO_FILE": "/etc/demo"},
        "CRM_DEMO_FILE: there is no such setting; did you mean CRM_DEMO?",
    ),
    ({"CRM_LOG_FORMAT": "xml"}, "CRM_LOG_FORMAT: must be one of auto, json, text"),
    ({"CRM_LOG_LEVEL": "INFO"}, "CRM_LOG_LEVEL: must be one of debug, info, warning, error"),
    ({"CRM_PORT": "8001"}, "CRM_PORT: there is no such setting; did you mean PORT?"),
    (
        {"CRM_DATABASE_URI": "x"},
        "CRM_DATABASE_URI: there is no such setting; did you mean CRM_DATABASE_URL?",
    ),
    (
        {"PLATFORM_AUTH_URI": "x"},
        "PLATFORM_AUTH_URI: there is no such setting; did you mean PLATFORM_AUTH_URL?",
    ),
    (
        {"CRM_CORS_ORIGINS": "https://admin:hunter2@crm.example.com"},
        "CRM_CORS_ORIGINS: https://***@crm.example.com is no origin",
    ),
]


@pytest.mark.parametrize(("wrong", "line"), WRONG)
def test_a_wrong_one_is_one_clear_line(wrong: dict[str, str], line: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(wrong)
    said = str(refused.value)
    assert said.startswith(line)
    assert "\n" not in said


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"CELL_SIGNING_SECRET": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_no_secret_is_in_the_repr() -> None:
    shown = repr(
        Settings(
            database_url="postgresql://user:hunter2@host/database",
            signing_secret=SECRET,
            jwt_secret=LONG,
        )
    )
    assert "port=8001" in shown
    assert not [value for value in ("hunter2", SECRET, LONG) if value in shown]


def test_the_environment_is_read_by_read_settings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_REVEALS_PER_DAY", "7")
    monkeypatch.setenv("port", "7")
    assert Settings().reveals_per_day == 100
    assert (read_settings().reveals_per_day, read_settings().port) == (7, 8001)


@pytest.mark.parametrize("name", ["CRM_JWT_SECRET", "CELL_SIGNING_SECRET", "CRM_METRICS_TOKEN"])
def test_a_secret_can_lie_in_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{LONG}\n", encoding="utf-8")
    assert read_settings({f"{name}_FILE": str(file)}) == read_settings({name: LONG})


def test_a_file_that_is_no_use_is_one_clear_line(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for wrong, line in (
        (
            {"CRM_JWT_SECRET_FILE": str(tmp_path / "none")},
            "the file that it names cannot be read: No such file",
        ),
        (
            {"CRM_JWT_SECRET_FILE": str(tmp_path)},
            "the file that it names cannot be read: Is a directory",
        ),
        (
            {"CRM_JWT_SECRET_FILE": str(binary)},
            "the file that it names cannot be read: is not text",
        ),
        ({"CRM_JWT_SECRET_FILE": str(binary), "CRM_JWT_SECRET": LONG}, "CRM_JWT_SECRET is set too"),
    ):
        with pytest.raises(SettingsError) as refused:
            read_settings(wrong)
        assert str(refused.value).startswith(f"CRM_JWT_SECRET_FILE: {line}")


def test_a_public_key_may_have_its_lines_ends_escaped() -> None:
    escaped = pem(rsa_key()).replace("\n", "\\n")
    settings = read_settings(JWT | {"CRM_JWT_PUBLIC_KEY": escaped})
    assert settings.jwt_public_key == escaped


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_alone_needs_no_tokens(host: str) -> None:
    assert read_settings({"CRM_HOST": host}).host == host


def test_what_belongs_to_others_is_left_to_them() -> None:
    others = {"PATH": "/bin", "CELL_ID": "crm", "CRM_SKIP_ASSETS": "1", "crm_host": "0.0.0.0"}
    assert read_settings(others) == Settings()


def test_every_setting_says_what_it_means() -> None:
    table = settings_table()
    assert len({setting.variable for setting, _ in table}) == len(table)
    assert all(len(setting.meaning) > 10 for setting, _ in table)


@pytest.mark.parametrize(
    "wrong",
    [{"CRM_HOST": "0.0.0.0"}, {"CRM_HOSTS": "1"}, {"PORT": "x"}, {"CRM_AUTH_MODE": "gateway"}],
)
def test_a_service_that_is_set_wrongly_does_not_start(
    wrong: dict[str, str], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "crm_cell", "serve"],
        cwd=tmp_path,
        env=environment(tmp_path) | wrong,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (line,) = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert line.startswith("crm-cell: ")
    assert not (tmp_path / "crm.db").exists()


KUBERNETES = {
    "CRM_PORT": "tcp://10.96.0.7:8001",
    "CRM_PORT_8001_TCP": "tcp://10.96.0.7:8001",
    "CRM_PORT_8001_TCP_ADDR": "10.96.0.7",
    "CRM_PORT_8001_TCP_PORT": "8001",
    "CRM_PORT_8001_TCP_PROTO": "tcp",
    "CRM_SERVICE_HOST": "10.96.0.7",
    "CRM_SERVICE_PORT": "8001",
    "CRM_SERVICE_PORT_HTTP": "8001",
    "CRM_CELL_SERVICE_HOST": "10.96.0.7",
    "CRM_CELL_PORT": "udp://10.96.0.7:8001",
    "CRM_DATABASE_SERVICE_HOST": "10.96.0.9",
}


def test_variables_that_kubernetes_sets_for_services_are_ignored() -> None:
    assert read_settings(KUBERNETES) == read_settings({})
    assert ignored_variables(KUBERNETES) == []


def test_a_name_that_resembles_no_setting_is_ignored_with_a_warning() -> None:
    others = {"CRM_": "x", "CRM_HOMEPAGE": "x", "CRM_SALES_REGION": "x", "HOME": "/"}
    assert read_settings(others) == read_settings({})
    assert ignored_variables(others) == ["CRM_", "CRM_HOMEPAGE", "CRM_SALES_REGION"]


@pytest.mark.parametrize("name", sorted({setting.variable for setting, _ in settings_table()}))
def test_a_letter_left_out_of_any_name_is_refused_with_the_name_that_was_meant(name: str) -> None:
    if not name.startswith("CRM_"):
        return
    wrong = name[:6] + name[7:]
    with pytest.raises(SettingsError, match=f"^{wrong}: there is no such setting; did you mean "):
        read_settings({wrong: "x"})


def test_a_secret_in_the_variable_of_a_file_is_not_repeated() -> None:
    key = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I="
    with pytest.raises(SettingsError) as refused:
        read_settings({"CRM_ENCRYPTION_KEY_FILE": key})
    assert key not in str(refused.value)
