"""PTB-XL: 12-lead ECGs of 10 s with SCP-ECG codes, several of some people."""

import ast
import datetime
from collections.abc import Iterator
from pathlib import Path

from . import tables
from .record import DataError, Record
from .ref import Ref

SECONDS = 10.0
BLOCKS = {"CLBBB", "CRBBB", "ILBBB", "IRBBB", "IVCD", "PACE", "WPW"}
# Which SCP codes say that a condition is there, and which leave it open; without either it is not there.
SIGNS = {
    "V": ({"PVC"}, {"BIGU", "TRIGU", "PRC(S)"}),
    "A": ({"PAC"}, {"SVARR", "AFIB", "AFLT", "SARRH", "SVTAC", "PSVT", "BIGU", "TRIGU", "PRC(S)"}),
    "L": ({"CLBBB"}, BLOCKS),
    "R": ({"CRBBB"}, BLOCKS),
    "/": ({"PACE"}, set()),
    "AFIB": ({"AFIB"}, {"AFLT", "SVARR", "PACE"}),
    "AFL": ({"AFLT"}, {"AFIB", "SVARR", "SVTAC", "PSVT", "PACE"}),
}
LIKELY = 50.0  # percent from which on a diagnosis is told as certain; 0 stands for a likelihood that was not given


def conditions(codes: set[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What is there and what is not. Of ST changes only a normal ECG is said to have none."""
    present = {c for c, (signs, _) in SIGNS.items() if codes & signs}
    absent = {c for c, (signs, doubts) in SIGNS.items() if not codes & (signs | doubts)}
    shifts = {"STE": "STE_" in codes, "STD": "STD_" in codes}
    if any(shifts.values()):
        present |= {"ST", *(c for c, there in shifts.items() if there)}
    elif "NORM" in codes:
        absent |= {"ST", "STE", "STD"}
    return frozenset(present), frozenset(absent)


class PtbXl:
    whole_records = True

    def __init__(self, data: Path, name: str = "ptbxl"):
        self.data, self.name, self.folder = data, name, data / name
        self.rows: dict[str, tables.Row] = {}
        self._names: dict[str, tuple[str, bool]] = {}

    def refs(self) -> Iterator[Ref]:
        columns = ["ecg_id", "patient_id", "age", "sex", "recording_date", "scp_codes", "strat_fold", "filename_lr", "filename_hr"]
        for row in tables.rows(self.folder / "ptbxl_database.csv", columns):
            file = next((f for f in (row["filename_lr"], row["filename_hr"]) if (self.folder / f"{f}.hea").exists()), None)
            if file is None:
                continue  # part of the data set is enough
            person, fold = row.value("patient_id", lambda x: int(float(x))), row.value("strat_fold", int)
            path = f"{self.name}/{file}"
            self.rows[path] = row
            split = {10: "test", 9: "valid"}.get(fold, "train")
            yield Ref(path, f"{self.name}/{person}", split, f"{self.name}.{fold}")

    def read(self, ref: Ref) -> Record:
        row = self.rows[ref.path]
        codes = row.value("scp_codes", ast.literal_eval)
        present, absent = conditions(set(codes))
        age = row.value("age", lambda x: int(float(x)) if x else None)
        return Record(
            ref.path,
            self.name,
            ref.person,
            100.0 if ref.path.endswith("_lr") else 500.0,
            SECONDS,
            present=present,
            absent=absent,
            statements=self.statements(row, codes),
            recorded=row.value("recording_date", datetime.datetime.fromisoformat),
            age=age if age is not None and age < 150 else None,  # 300 stands for over 89
            sex=row.value("sex", lambda x: {"0": "man", "1": "woman"}.get(x.removesuffix(".0"))),
        )

    def statements(self, row: tables.Row, codes: dict[str, float]) -> tuple[str, ...]:
        """The codes' descriptions (the texts are partly German), the rhythm first, then what is likeliest."""
        if not self._names:
            for r in tables.rows(self.folder / "scp_statements.csv", ["", "description", "rhythm"]):
                self._names[r[""]] = (r["description"], bool(r["rhythm"]))
        if unknown := sorted(set(codes) - set(self._names)):
            raise DataError(f"{row.where}: {', '.join(unknown)} is not in {self.folder / 'scp_statements.csv'}")
        out = []
        for code, likelihood in sorted(codes.items(), key=lambda x: (not self._names[x[0]][1], -x[1], x[0])):
            text = self._names[code][0]
            text = f"possible {text}" if 0 < likelihood < LIKELY else text
            out.append(text[0].upper() + text[1:])
        return tuple(out)
