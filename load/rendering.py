"""The page of a run, from its folder alone: `python -m load run --render DIR` makes it again without a run."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from load import charts, folder, junit, report, seconds, timeline
from load.attribution import picture as attribution_picture
from load.attribution import seen as attribution_seen
from load.capacity import picture as capacity_picture
from load.findings import EXIT_CODES
from load.measures import Measures
from load.nemesis import picture as nemesis_picture
from load.profile import Profile


def leave(directory: Path) -> None:
    """Beside the result that the folder holds, write what people and continuous integration read of it."""
    (directory / folder.JUNIT).write_bytes(junit.suite(folder.read(directory / folder.RESULT)))
    render(directory)


def render(directory: Path) -> None:
    """Write report.html from what was measured and judged before. Nothing is judged again."""
    result = folder.read(directory / folder.RESULT)
    page = report.page(result, pictures(directory, result)) if "findings" in result else report.broken_page(result)
    (directory / folder.REPORT).write_text(page, encoding="utf-8")


def pictures(directory: Path, result: Mapping[str, Any]) -> report.Pictures:
    profile = Profile.from_json(result["profile"]).until(result["generator"].get("stopped_at_s"))
    measures = Measures.from_json(folder.read(directory / folder.HISTOGRAMS))
    steps = directory / folder.CAPACITY
    seen = attribution_seen.read(directory, profile)
    return report.Pictures(
        timeline=_timeline(directory, profile),
        distribution=report.distribution(charts.of_classes(profile, measures)) + charts.of_run(profile, measures),
        capacity=capacity_picture.section(folder.read(steps) if steps.is_file() else None),
        attribution=attribution_picture.section(result["attribution"], seen, profile.seconds),
        faults=nemesis_picture.section(result["faults"]),
    )


def _timeline(directory: Path, profile: Profile) -> str:
    try:
        return timeline.section(profile, seconds.read(directory / folder.SECONDS))
    except (ValueError, KeyError, TypeError) as error:
        return report.unknown(f"{folder.SECONDS} cannot be read: {type(error).__name__}: {error}")


class Render(argparse.Action):
    """Ends the command, as --help does: there is no run."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        _namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        _option: str | None = None,
    ) -> None:
        directory = Path(str(values))
        try:
            render(directory)
        except (OSError, ValueError, KeyError) as error:
            print(f"load: {directory} holds no result that can be shown: {error}", file=sys.stderr)  # noqa: T201 - the command's own words
            parser.exit(EXIT_CODES["BROKEN"])
        print(f"The report is {directory / folder.REPORT}")  # noqa: T201 - same
        parser.exit()
