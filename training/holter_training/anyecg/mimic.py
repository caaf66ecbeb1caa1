"""MIMIC-IV-ECG: 12-lead ECGs of 10 s with the machine's report, often several of one person."""

import datetime
import re
from pathlib import Path

from . import tables
from .record import Record
from .ref import Ref

RATE, SECONDS = 500.0, 10.0
HEDGED = re.compile(r"\b(possible|probable|probably|consider|cannot rule out|suggests?|or|may|rule out|borderline|incomplete)\b", re.I)
UNREAD = re.compile(r"unsuitable|no further analysis|uninterpretable|leads? (are )?(missing|off)", re.I)
SIGNS = {
    "V": r"\bPVCs?\b|PVC\(s\)|ventricular (premature|ectopic)|premature ventricular",
    "A": r"\bPACs?\b|PAC\(s\)|atrial premature|premature atrial",
    "L": r"left bundle branch block|\bLBBB\b",
    "R": r"right bundle branch block|\bRBBB\b",
    "AFIB": r"atrial fibrillation",
    "AFL": r"atrial flutter",
    "/": r"\bpac(ed|ing)\b|pacemaker",
}


def conditions(statements: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """A condition is there where a statement names it without a hedge, and not there where none names it at all."""
    present, absent = set(), set()
    if not statements or any(UNREAD.search(s) for s in statements):
        return frozenset(), frozenset()
    clauses = [c for s in statements for c in re.split(r"\bwith\b", s)]
    for code, sign in SIGNS.items():
        named = [c for c in clauses if re.search(sign, c, re.I)]
        if not named:
            absent.add(code)
        elif any(not HEDGED.search(c) for c in named):
            present.add(code)
    return frozenset(present), frozenset(absent)


class Mimic:
    whole_records = True

    def __init__(self, data: Path, name: str = "mimic-iv-ecg"):
        self.data, self.name, self.folder = data, name, data / name
        self.studies: dict[str, tuple[str, datetime.datetime]] = {}
        self.reports: dict[str, list[str]] = {}

    def refs(self) -> list[Ref]:
        out = []
        for row in tables.rows(self.folder / "record_list.csv", ["subject_id", "study_id", "ecg_time", "path"]):
            if not (self.folder / f"{row['path']}.hea").exists():
                continue  # part of the data set is enough
            path = f"{self.name}/{row['path']}"
            self.studies[path] = (row["study_id"], row.value("ecg_time", datetime.datetime.fromisoformat))
            out.append(Ref(path, f"{self.name}/p{row.value('subject_id', int)}"))
        return out

    def read(self, ref: Ref) -> Record:
        if not self.reports:
            self.reports = self._reports()
        study, recorded = self.studies[ref.path]
        statements = self.reports.get(study, [])
        present, absent = conditions(statements)
        return Record(
            ref.path, self.name, ref.person, RATE, SECONDS, present=present, absent=absent, statements=tuple(statements), recorded=recorded
        )  # fmt: skip

    def _reports(self) -> dict[str, list[str]]:
        out = {}
        wanted = {study for study, _ in self.studies.values()}
        for row in tables.rows(self.folder / "machine_measurements.csv", ["study_id", "report_0"]):
            if row["study_id"] in wanted:
                texts = [row.get(f"report_{i}") or "" for i in range(18)]
                out[row["study_id"]] = [t.strip().rstrip(".") for t in texts if t.strip().rstrip(".")]
        return out
