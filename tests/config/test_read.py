"""Reading the configuration file."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailer.config.read import read
from mailer.config.settings import Secret, Tls
from mailer.errors import ConfigError

SECRET = "0123456789abcdef0123456789abcdef"
SMALL = f'[site]\nsecret_key = "{SECRET}"\n'


def write(folder: Path, text: str, *, mode: int = 0o600) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def faults(path: Path, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(path, env or {})
    return [str(fault) for fault in caught.value.faults]


def test_a_secret_is_all_that_must_be_set(tmp_path: Path) -> None:
    settings = read(write(tmp_path, SMALL), {})

    assert settings.site.secret_key == (Secret(SECRET),)
    assert settings.database_url == f"sqlite:///{tmp_path}/data/mailer.db"


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        [site]
        base_ulr = "https://news.example.org"
        [web]
        port = 99999
        threads = "many"
        [[relay]]
        name = "main"
        tls = "ssl"
        [feeds]
        interval = "soon"
        allow_networks = ["10.0.0.1/8"]
        [delivry]
        """,
    )

    assert faults(path) == [
        "site.base_ulr: is not a setting; did you mean site.base_url?",
        "site.secret_key: is missing",
        "web.port: is 99999, and must be from 1 to 65535",
        "web.threads: is a whole number, not 'many'",
        "relay.tls: is one of starttls, implicit, none, not 'ssl'",
        "relay.host: is missing",
        'feeds.interval: is a time like "30 s", "15 min", "6 h" or "5 days", not \'soon\'',
        "feeds.allow_networks: is a network like \"10.0.0.0/8\", not '10.0.0.1/8': "
        "10.0.0.1/8 has host bits set",
        "delivry: is not a setting; did you mean delivery?",
    ]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("0 s", "must be longer than nothing"),
        ("3654 days", "must not be longer than ten years"),
        ("999999 weeks", "must not be longer than ten years"),
    ],
)
def test_a_time_has_its_bounds(tmp_path: Path, given: str, fault: str) -> None:
    path = write(tmp_path, SMALL)

    assert faults(path, {"MAILER_JOBS__GRACE": given}) == [
        f"jobs.grace: {fault} (MAILER_JOBS__GRACE says so)"
    ]
    assert read(path, {"MAILER_JOBS__GRACE": "3653 days"}).jobs.grace == timedelta(days=3653)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    env = {
        "MAILER_WEB__PORT": "9000",
        "MAILER_RELAY__HOST": "smtp.example.org",
        "MAILER_RELAY__NAME": "main",
        "MAILER_RELAY__TLS": "implicit",
        "MAILER_JOBS__GRACE": "2 hours",
        "MAILER_FEEDS__ALLOW_NETWORKS": "127.0.0.0/8, ::1/128",
        "MAILER_CONFIG": "is no setting",
    }

    settings = read(write(tmp_path, SMALL), env)

    assert settings.web.port == 9000
    assert settings.relay[0].tls is Tls.IMPLICIT
    assert settings.jobs.grace == timedelta(hours=2)
    assert settings.feeds.allow_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def test_an_unknown_variable_of_ours_is_a_fault(tmp_path: Path) -> None:
    env = {"MAILER_WEB__PROT": "1", "MAILER_DELIVRY__PROCESSES": "2"}

    assert faults(write(tmp_path, SMALL), env) == [
        "web.prot: is not a setting; did you mean web.port? (MAILER_WEB__PROT says so)",
        "delivry: is not a setting; did you mean delivery? (MAILER_DELIVRY__PROCESSES says so)",
    ]


def test_a_table_that_is_wrong_in_the_file_is_no_variables_fault(tmp_path: Path) -> None:
    env = {"MAILER_DELIVRY__PROCESSES": "2"}

    assert faults(write(tmp_path, f"{SMALL}[delivry]\n"), env) == [
        "delivry: is not a setting; did you mean delivery?"
    ]


def test_secrets_come_from_files_and_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")
    (tmp_path / "key").chmod(0o600)
    text = """
        [site]
        secret_key = [{ file = "key" }, { env = "OLD" }]
    """

    settings = read(write(tmp_path, text), {"OLD": SECRET[::-1]})

    assert [secret.value for secret in settings.site.secret_key] == [SECRET, SECRET[::-1]]
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        ('"short"', "has 5 characters; 32 are the least"),
        ('{ env = "NOT_SET" }', "is to come from the environment, and NOT_SET is not set there"),
        ("{ vault = 1 }", 'is text, { file = "…" } or { env = "…" }'),
        ("[]", "is missing"),
    ],
)
def test_a_secret_that_is_none_is_a_fault(tmp_path: Path, secret: str, fault: str) -> None:
    path = write(tmp_path, f"[site]\nsecret_key = {secret}\n")

    assert faults(path) == [f"site.secret_key: {fault}"]


def test_a_secret_file_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults(write(tmp_path, '[site]\nsecret_key = { file = "nowhere" }\n'))

    assert fault.startswith("site.secret_key: cannot be read from its file")


def test_a_file_with_secrets_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(write(tmp_path, SMALL, mode=0o644))

    assert "can be read by everybody" in fault


@pytest.mark.parametrize(
    "url", ["news.example.org", "ftp://example.org", "https://", "https://x/?a"]
)
def test_a_base_url_that_cannot_begin_a_link_is_refused(tmp_path: Path, url: str) -> None:
    (fault,) = faults(write(tmp_path, f'{SMALL}base_url = "{url}"\n'))

    assert fault.startswith("site.base_url: is the address of this site")


def test_half_a_login_and_a_name_given_twice_are_faults(tmp_path: Path) -> None:
    relay = '[[relay]]\nname = "main"\nhost = "smtp.example.org"\n'
    path = write(tmp_path, f'{SMALL}{relay}username = "me"\n{relay}')

    assert faults(path) == [
        "relay.name: main is given to two relays",
        "relay.password: is missing: relay main has only the other half",
    ]


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("30 a minute, 2000 a day", ["30 a minute", "2,000 a day"]),
        ("14 per second", ["14 a second"]),
        ("500/hour", ["500 an hour"]),
        ("100 messages an hour", ["100 an hour"]),
        ("7 Mails each week", ["7 a week"]),
        ("", []),
    ],
)
def test_a_limit_is_read_as_a_provider_says_it(
    tmp_path: Path, words: str, limits: list[str]
) -> None:
    relay = f'[[relay]]\nname = "main"\nhost = "smtp.example.org"\nlimits = "{words}"\n'

    (found,) = read(write(tmp_path, SMALL + relay), {}).relay

    assert [str(limit) for limit in found.limits] == limits


@pytest.mark.parametrize("words", ["many", "0 a day", "30 a fortnight", "a minute", "-1 a day"])
def test_a_limit_that_nobody_understands_is_a_fault(tmp_path: Path, words: str) -> None:
    relay = f'[[relay]]\nname = "main"\nhost = "smtp.example.org"\nlimits = "{words}"\n'

    (fault,) = faults(write(tmp_path, SMALL + relay))

    assert "is what a provider allows" in fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[site", "the file: cannot be read: "),
        ("site = 3\n", "site: is a table: write [site]"),
        (SMALL + "[relay]\nname = 'x'\n", "relay: is a list of tables: write [[relay]]"),
    ],
)
def test_a_file_of_another_shape_is_told_plainly(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(write(tmp_path, text))[0].startswith(fault)


def test_what_is_wrong_with_the_file_is_no_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "config.toml", {})

    assert str(caught.value) == f"{tmp_path}/config.toml does not exist; `mailer init` makes one"
    assert caught.value.help is None


def test_no_file_at_all_says_how_to_make_one(tmp_path: Path) -> None:
    assert faults(tmp_path / "config.toml") == ["the file: does not exist; `mailer init` makes one"]


def test_an_owners_theme_lies_beside_the_file_and_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL + 'theme = "ours"\n')

    assert faults(path) == [f"site.theme: there is no folder {tmp_path}/ours"]
    (tmp_path / "ours").mkdir()
    assert read(path, {}).site.theme == tmp_path / "ours"


@pytest.mark.parametrize("text", ["leave", "zoë@example.org", "a@b.example, c@d.example"])
def test_an_address_to_leave_by_can_stand_in_a_header(tmp_path: Path, text: str) -> None:
    (fault,) = faults(write(tmp_path, SMALL + f'leave_address = "{text}"\n'))

    assert fault == "site.leave_address: is an address like leave@example.org"


@pytest.mark.parametrize("text", ["privacy", "javascript:alert(1)", "https://a.example/ b"])
def test_a_privacy_notice_is_a_page_on_the_web(tmp_path: Path, text: str) -> None:
    (fault,) = faults(write(tmp_path, SMALL + f'privacy_url = "{text}"\n'))

    assert fault == "site.privacy_url: is an address like https://example.org/privacy"
