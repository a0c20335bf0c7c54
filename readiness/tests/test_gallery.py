"""Screenshots in the page: only while there is room, so that the page can always be sent."""

from pathlib import Path

from readiness import gallery, registry, report
from readiness.evidence import Link
from readiness.tests import made_up
from readiness.tests.made_up import line

REQUIREMENTS = registry.load()


def test_the_last_screen_of_a_journey_is_inside_the_page(tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    shot.write_bytes(b"\x89PNG")
    seen = line("e2e/test_a.py::test_student_pays[once]", "B1.1", suite="e2e")
    seen = seen.model_copy(update={"links": (Link(label="screenshot", href=str(shot)),)})
    made = made_up.document(tmp_path, [seen], requirements=REQUIREMENTS)
    (picture,) = gallery.pictures(made, tmp_path)
    assert picture.title == "Student pays"
    report.write(made, tmp_path)
    assert 'src="data:image/png;base64,iVBORw=="' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_pictures_that_are_lost_too_large_or_too_many_are_left_out(tmp_path: Path) -> None:
    lines = []
    for number in range(20):
        shot = tmp_path / f"{number:02d}.png"
        shot.write_bytes(b"x" * (gallery.BYTES_EACH_MAX + 1 if number == 0 else 90_000))
        links = (Link(label="screenshot", href=str(shot)),)
        lines.append(line(f"e2e::test_{number:02d}", "B1.1", suite="e2e").model_copy(update={"links": links}))
    (tmp_path / "01.png").unlink()
    made = made_up.document(tmp_path, lines, requirements=REQUIREMENTS)
    assert [picture.title for picture in gallery.pictures(made, tmp_path)] == ["02", "03", "04", "05"]
    report.write(made, tmp_path)
    assert (tmp_path / "index.html").stat().st_size < 1_000_000
