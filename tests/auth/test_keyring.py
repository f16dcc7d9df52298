"""Running the keyring command, and asking all sources once (auth.md sections 2 and 9.7)."""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

import pytest
from conversation import shown

from explorer.auth.keyring import MAX_OUTPUT, Keyring, Style, arguments, read_output
from explorer.auth.sources import Sources
from explorer.auth.steps import AskKeyring, Search
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile
from explorer.settings.settings import AuthSettings, KeyringProvider

URL = SafeUrl.parse("http://corp.test/simple")


@pytest.mark.parametrize(
    ("style", "user", "words"),
    [
        ("password", "alice", ("get", "S", "alice")),
        ("two lines", None, ("get", "S", "--mode", "creds")),
        ("json", None, ("--mode=creds", "--output=json", "get", "S")),
        ("json", "alice", ("--mode=creds", "--output=json", "get", "S", "alice")),
    ],
)
def test_what_the_command_is_asked(style: Style, user: str | None, words: tuple[str, ...]) -> None:
    assert arguments(style, "S", user) == words


@pytest.mark.parametrize(
    ("style", "output", "credentials"),
    [
        ("password", b"se cret\n", "alice:se cret"),
        ("password", b"", "alice:"),
        ("password", b"\xff", None),
        ("two lines", b"bob\nsecret\n", "bob:secret"),
        ("two lines", b"bob\n", None),
        ("json", b'{"username": "bob", "password": "secret"}', "bob:secret"),
        ("json", b'{"username": "bob"}', None),
        ("json", b"[1]", None),
        ("json", b"secret", None),
    ],
)
def test_how_its_output_is_read(style: Style, output: bytes, credentials: str | None) -> None:
    assert shown(read_output(style, output, "alice")) == credentials


class Machine:
    """A folder with a keyring command in it, which logs how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def command(self, script: str) -> Keyring:
        file = self.folder / "keyring"
        file.write_text(f'#!/bin/sh\necho "$*" >> calls\n{script}\n')
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return Keyring({"PATH": f"{self.folder}:/usr/bin:/bin"}, self.folder, timeout=5)

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if sys.platform == "win32":
        pytest.skip("the command is a shell script")
    return Machine(tmp_path)


def ask(keyring: Keyring, style: Style = "password") -> str | None:
    return shown(asyncio.run(keyring.get(style, "corp.test", "alice")))


def test_the_command_on_the_path_is_run(machine: Machine) -> None:
    assert ask(machine.command("echo secret")) == "alice:secret"
    assert machine.calls == ["get corp.test alice"]


def test_it_gets_no_input(machine: Machine) -> None:
    assert ask(machine.command("cat; echo secret")) == "alice:secret"


def test_a_failure_is_nothing(machine: Machine) -> None:
    assert ask(machine.command("echo secret; exit 1")) is None


def test_no_command_is_nothing(tmp_path: Path) -> None:
    assert ask(Keyring({"PATH": str(tmp_path)}, tmp_path)) is None


def test_a_command_that_never_ends_is_ended(machine: Machine) -> None:
    keyring = machine.command("exec sleep 60")
    keyring._timeout = 0.2
    assert ask(keyring) is None


def test_endless_output_is_refused(machine: Machine) -> None:
    assert ask(machine.command(f"head -c {MAX_OUTPUT * 4} /dev/zero")) is None


def sources(
    machine: Machine, script: str, release: str = "uv@0.13.8", provider: KeyringProvider = "subprocess"
) -> Sources:
    auth = AuthSettings(keyring=provider, netrc=machine.folder / "netrc", store=machine.folder / "credentials.toml")
    return Sources(auth, parse_profile(release), machine.command(script))


def step(user: str | None, *services: str) -> Search:
    return Search(("key", user), URL, user, services)


def test_services_are_asked_in_turn_until_one_answers(machine: Machine) -> None:
    script = 'case "$2" in http*) exit 1;; esac\necho secret'
    searched = asyncio.run(
        sources(machine, script).search(step("alice", "http://corp.test/simple", "corp.test", "other"))
    )
    assert searched.found is not None and shown(searched.found.credentials) == "alice:secret"
    assert machine.calls == ["get http://corp.test/simple alice", "get corp.test alice"]


def test_concurrent_askers_wait_for_the_one_fetch(machine: Machine) -> None:
    async def scenario() -> list[str]:
        asked = sources(machine, "echo secret")
        results = await asyncio.gather(*(asked.search(step("alice", "corp.test")) for _ in range(5)))
        return [r.considered[-1].detail for r in results]

    details = asyncio.run(scenario())
    assert machine.calls == ["get corp.test alice"]
    assert details == ["asked for corp.test"] + ["found before for alice@key"] * 4


def test_a_failure_is_remembered_for_the_run(machine: Machine) -> None:
    async def scenario() -> list[tuple[str, str]]:
        asked = sources(machine, "exit 1")
        await asked.search(step("alice", "corp.test"))
        again = await asked.search(step("alice", "corp.test"))
        return [(c.rung, c.outcome) for c in again.considered]

    assert asyncio.run(scenario()) == [(r, "remembered failure") for r in ("netrc", "credential store", "keyring")]
    assert len(machine.calls) == 1


def test_an_asker_that_gives_up_does_not_spoil_the_fetch_for_others(machine: Machine) -> None:
    async def scenario() -> str | None:
        asked = sources(machine, "echo secret")
        first = asyncio.create_task(asked.search(step("alice", "corp.test")))
        await asyncio.sleep(0)
        first.cancel()
        found = (await asked.search(step("alice", "corp.test"))).found
        return shown(found.credentials if found else None)

    assert asyncio.run(scenario()) == "alice:secret"


def test_netrc_comes_before_the_store_and_the_store_before_the_keyring(machine: Machine) -> None:
    (machine.folder / "credentials.toml").write_text(
        '[[credential]]\nservice = "http://corp.test"\nusername = "alice"\npassword = "store"\n'
    )

    def found() -> str | None:
        searched = asyncio.run(sources(machine, "echo keyring").search(step("alice", "corp.test")))
        return shown(searched.found.credentials if searched.found else None)

    assert found() == "alice:store"
    (machine.folder / "netrc").write_text("machine corp.test login alice password netrc")
    assert found() == "alice:netrc"
    (machine.folder / "netrc").write_text("machine corp.test login bob password netrc")
    (machine.folder / "credentials.toml").unlink()
    assert found() == "alice:keyring"


def test_a_broken_file_is_told_and_passed_over(machine: Machine) -> None:
    (machine.folder / "netrc").write_text("bogus")
    searched = asyncio.run(sources(machine, "echo secret").search(step("alice", "corp.test")))
    assert [(c.rung, c.outcome) for c in searched.considered] == [
        ("netrc", "failed"), ("credential store", "nothing"), ("keyring", "used")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("release", "provider", "called"),
    [
        ("uv@0.13.8", "disabled", []),
        ("uv@0.1.14", "subprocess", []),
        ("pip@26.3", "auto", []),
        ("pip@26.3", "subprocess", ["--mode=creds --output=json get corp.test alice"]),
        ("pip@23.2.1", "subprocess", ["get corp.test alice"]),
    ],
)
def test_when_the_command_is_asked(
    machine: Machine, release: str, provider: KeyringProvider, called: list[str]
) -> None:
    asyncio.run(sources(machine, "echo secret", release, provider).ask(AskKeyring(("corp.test",), "alice")))
    assert machine.calls == called
