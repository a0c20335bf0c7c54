"""The run of localstripe's script tells a section that holds from one that does not, and from one that is outdated."""

from pathlib import Path

import pytest

from contract.emulator.localstripe_suite import Script, report, sections
from contract.emulator.running import Emulator

HEAD = "#!/bin/bash\nset -eux\n\nHOST=http://localhost:8420\nSK=sk_test_12345\n\n"
MAKE = "cus=$(curl -sSfg -u $SK: $HOST/v1/customers -d email=ada@example.com | grep -oE 'cus_\\w+' | head -n 1)\n"
READ = 'curl -sSfg -u $SK: $HOST/v1/customers/$cus | grep -q \'"email": "ada@example.com",\'\n'


def outcomes(stand_in: Emulator, folder: Path, *texts: str) -> list[str]:
    script = Script(folder, stand_in.url)
    return [script.run(line, text).outcome for line, text in sections(HEAD + "\n".join(texts))]


def test_a_section_has_the_variables_of_those_before(stand_in: Emulator, tmp_path: Path) -> None:
    assert outcomes(stand_in, tmp_path, MAKE, READ) == ["passed", "passed"]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("[ 1 -eq 2 ]\n", "failed"),
        ("curl -sSfg -u $SK: $HOST/v1/customers/cus_nobody\n", "failed"),
        ("x=$(curl -sSfg -u $SK: $HOST/v1/nothing | head -n 1)\n", "failed"),
        ("curl -sSfg -u $SK: $HOST/v1/customers | grep total_count\n", "skipped"),
        ("code=$(curl -sg -o /dev/null -w '%{http_code}' -u $SK: $HOST/v1/nothing)\n[ $code = 404 ]\n", "passed"),
    ],
)
def test_a_section_that_does_not_hold_is_told_from_one_that_does(
    stand_in: Emulator, tmp_path: Path, text: str, outcome: str
) -> None:
    assert outcomes(stand_in, tmp_path, text, "true\n") == [outcome, "passed"]


def test_a_section_is_skipped_or_fails_with_the_one_that_it_needs(stand_in: Emulator, tmp_path: Path) -> None:
    old = "src=$(curl -sSfg -u $SK: $HOST/v1/sources -d type=ideal | grep -oE 'src_\\w+')\n"
    wrong = "cus=$(curl -sSfg -u $SK: $HOST/v1/customers -d emial=x | grep -oE 'cus_\\w+')\n"
    needs_old = "curl -sSfg -u $SK: $HOST/v1/customers/$src\n"

    assert outcomes(stand_in, tmp_path, old, needs_old, wrong, READ) == ["skipped", "skipped", "failed", "failed"]


def test_a_report_says_where_and_how_many(stand_in: Emulator, tmp_path: Path) -> None:
    script = Script(tmp_path, stand_in.url)
    ran = [script.run(line, text) for line, text in sections(f"{HEAD}{MAKE}\n[ 1 -eq 2 ]\n")]

    assert "line 9: failed at no call" in report(ran)
    assert "1 sections passed, 1 failed, 0 skipped; 1 calls, 1 of them in passed sections" in report(ran)
