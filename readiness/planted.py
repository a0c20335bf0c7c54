"""Reads a planted defect's file without importing it: its apply() belongs into the process of the system alone."""

import ast
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("defects")


class PlantedError(Exception):
    """Defect files cannot be used; the message lists everything that is wrong, each naming file and name."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted defect. `row` is its row of the defect catalogue, `check` a pytest node id that must go red."""

    path: Path
    row: int
    symptom: str
    source: str
    check: str

    @property
    def name(self) -> str:
        return self.path.stem


def load_all(folder: Path = FOLDER) -> tuple[Planted, ...]:
    """By row. Raises PlantedError with every fault at once."""
    planted: list[Planted] = []
    faults: list[str] = []
    for path in sorted(folder.glob("d[0-9]*.py")):
        found = read(path)
        if isinstance(found, Planted):
            planted.append(found)
        else:
            faults += found
    rows = [defect.row for defect in planted]
    faults += [f"row {row} is planted twice" for row in sorted(set(rows)) if rows.count(row) > 1]
    if faults:
        raise PlantedError("Planted defects cannot be used:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return tuple(sorted(planted, key=lambda defect: defect.row))


def read(path: Path) -> Planted | list[str]:
    """The defect, or what is wrong with its file."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        return [f"{path.name} line {error.lineno}: {error.msg}"]
    symptom = " ".join((ast.get_docstring(tree) or "").split())
    names = _constants(tree)
    row, source, check = names.get("ROW"), names.get("SOURCE"), names.get("CHECK")
    faults = [] if symptom else [f"{path.name}: the docstring, which is the symptom, is missing"]
    if not isinstance(row, int):
        faults.append(f"{path.name}: ROW must be a whole number")
    if not isinstance(source, str) or not source:
        faults.append(f"{path.name}: SOURCE must be text that names where the defect was seen")
    if not isinstance(check, str) or "::" not in check:
        faults.append(f"{path.name}: CHECK must be a pytest node id such as contract/test_refunds.py::test_twice")
    if not any(isinstance(node, ast.FunctionDef) and node.name == "apply" for node in tree.body):
        faults.append(f"{path.name}: there is no function apply()")
    if faults or not (isinstance(row, int) and isinstance(source, str) and isinstance(check, str)):
        return faults
    return Planted(path, row, symptom, source, check)


def _constants(tree: ast.Module) -> dict[str, object]:
    """Top-level names given a literal, annotated or not."""
    found: dict[str, object] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                found[target.id] = _literal(value)
    return found


def _literal(value: ast.expr) -> object:
    try:
        return ast.literal_eval(value)
    except ValueError:
        return None
