import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.ports import reserve_port
from load import ending, folder
from load.command import RefusedError, check_address, ordered, ordered_or_exit


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "load", "run", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_this_machine_may_be_loaded(url: str) -> None:
    check_address(url, owned=False)


@pytest.mark.parametrize("url", ["https://shop.example.com", "http://10.0.0.7", "http://127.0.0.1.example.com"])
def test_another_machine_needs_a_word_of_its_owner(url: str) -> None:
    with pytest.raises(RefusedError, match="--i-own-this-target"):
        check_address(url, owned=False)
    check_address(url, owned=True)


@pytest.mark.parametrize("url", ["shop.example.com", "ftp://127.0.0.1", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(RefusedError, match="is no http"):
        check_address(url, owned=True)


def test_a_target_needs_somebody_who_reads_its_books() -> None:
    with pytest.raises(RefusedError, match="--auditor-email"):
        ordered(["run", "--target", "http://127.0.0.1:1"])


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["--target", "https://shop.example.com"], "say --i-own-this-target if you may load it"),
        (["--target", "https://shop.example.com", "--i-own-this-target"], "needs --auditor-email"),
        (["--target", "shop.example.com"], "is no http(s) address such as http://127.0.0.1:8000"),
        (["--scale", "0"], "--scale 0.0 must be above 0"),
        (["--profile", "weekend"], "there are baseline, breakpoint"),
        (["--ui", "0"], "--ui 0: no port that is free on this machine; give another one"),
        (["--ui", "--processes", "2"], "--ui shows the requests of one process: leave it out, or --processes"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out_and_a_code_that_is_no_verdict(
    arguments: list[str], way_out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        ordered_or_exit(["run", *arguments])
    assert ended.value.code == 3
    assert way_out in capsys.readouterr().err


@pytest.mark.parametrize(("content", "way_out"), [(None, "cannot be read"), ("\n", "is empty")])
def test_a_password_that_is_not_there_is_no_password(content: str | None, way_out: str, tmp_path: Path) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    auditor = ["--auditor-email", "auditor@example.com", "--auditor-password-file", str(file)]
    with pytest.raises(RefusedError, match=way_out):
        ordered(["run", "--target", "http://127.0.0.1:1", *auditor])


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match=r"cannot be written .*: give another --out"):
        ending.announce(ordered(["run", "--out", str(tmp_path / "file" / "out")]))


def test_the_scale_is_part_of_the_order() -> None:
    order = ordered(["run", "--profile", "baseline", "--scale", "0.5"])
    assert (order.profile.users, order.profile.scale) == (50, 0.5)


def test_a_wrong_profile_ends_before_anything_starts_with_a_code_that_is_no_verdict(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('purpose = "x"\nuser = 3\n', encoding="utf-8")
    ended = run("--profile", str(profile), "--out", str(tmp_path / "out"))
    assert ended.returncode == 3
    assert "unknown key 'user'; allowed are" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_a_dead_target_ends_in_one_sentence_and_a_result(tmp_path: Path) -> None:
    password, out = tmp_path / "password", tmp_path / "out"
    password.write_text("x", encoding="utf-8")
    with reserve_port() as port:  # held, and nobody listens
        auditor = ("--auditor-email", "auditor@example.com", "--auditor-password-file", str(password))
        ended = run("--target", f"http://127.0.0.1:{port.number}", *auditor, "--out", str(out))
    assert ended.returncode == 3
    assert "does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr
    result = folder.read(out / folder.RESULT)
    assert (result["verdict"], result["exit_code"]) == ("BROKEN", 3)
    assert "does not answer" in (out / folder.REPORT).read_text(encoding="utf-8")
    assert b'errors="1"' in (out / folder.JUNIT).read_bytes()


def test_an_unknown_option_is_no_verdict_either() -> None:
    assert run("--profil", "smoke", "--sede", "1").returncode == 3
