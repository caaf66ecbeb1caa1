"""Folders of WFDB records with annotation files: MIT-BIH and what else is published in that form."""

import re
from collections.abc import Iterator
from pathlib import Path

from . import st, wfdb_files
from .ref import Ref
from .record import Record

RHYTHMS = ["AFIB", "AFL", "VT", "SVTA", "B", "T"]  # whose names in the annotations are our codes
SAME_TAPE = re.compile(r"European\s+ST-T\s+Database\s+\(record\s+(e\d+)\)")


class Mit:
    """Any folder of records with beats, and perhaps rhythms, in .atr files: mitdb, stdb (which tells of no ST episodes)."""

    whole_records = False  # long recordings: samples are clips of them

    def __init__(self, data: Path, name: str):
        self.data, self.name = data, name

    def refs(self) -> Iterator[Ref]:
        for path in self.paths():
            yield Ref(path, self.person(path))

    def paths(self) -> list[str]:
        found = sorted((self.data / self.name).glob("*.hea"))
        return [f.relative_to(self.data).with_suffix("").as_posix() for f in found if f.with_suffix(".atr").exists()]

    def person(self, path: str) -> str:
        """mitdb's 201 and 202 are one man; nstdb's records are mitdb's with noise."""
        record = Path(path).name
        if noisy := re.fullmatch(r"(\d{3})e(\d\d|_6)", record):
            return f"mitdb/{noisy[1]}"
        return f"{self.name}/{'201' if (self.name, record) == ('mitdb', '202') else record}"

    def read(self, ref: Ref) -> Record:
        head = wfdb_files.header(self.data, ref.path)
        found = wfdb_files.marks(self.data, ref.path, "atr", head)
        times, symbols = wfdb_files.beats(found)
        rhythms = wfdb_files.rhythms(found, head.seconds)
        episodes = {code: [(a, b) for a, b, name in rhythms if name == code] for code in RHYTHMS} if rhythms else {}
        changes, doubtful = self.changes(ref, head, found)
        age, sex = head.person
        return Record(
            ref.path, self.name, ref.person, head.rate, head.seconds, times, symbols, rhythms, episodes | changes, doubtful, age=age, sex=sex
        )  # fmt: skip

    def changes(self, ref: Ref, head: wfdb_files.Header, found: list[wfdb_files.Mark]):
        return {}, ()


class European(Mit):
    """European ST-T Database (edb)."""

    def __init__(self, data: Path, name: str = "edb"):
        super().__init__(data, name)
        self.people: dict[tuple[str, ...], str] = {}

    def person(self, path: str) -> str:
        """The records do not say whose they are: those with the same clinical notes are taken for one person's."""
        notes = wfdb_files.header(self.data, path).comments
        return self.people.setdefault(notes, path) if notes else path

    def changes(self, ref, head, found):
        return st.european(found, head.seconds, f"{ref.path}.atr")


class LongTerm(Mit):
    """Long-Term ST Database (ltstdb). annotator: sta (75 µV for 30 s), stb (100 µV for 30 s, as in edb), stc (100 µV for 60 s)."""

    def __init__(self, data: Path, name: str = "ltstdb", annotator: str = "stb"):
        super().__init__(data, name)
        self.annotator = annotator

    def refs(self) -> Iterator[Ref]:
        """A subject's records differ in the last digit; headers say which tapes are also in edb."""
        subjects: dict[str, str] = {}
        edb = {Path(r.path).name: r.person for r in European(self.data).refs()}
        for path in self.paths():
            notes = " ".join(wfdb_files.header(self.data, path).comments)
            if (same := SAME_TAPE.search(notes)) and same[1] in edb:
                subjects[path[:-1]] = edb[same[1]]
        for path in self.paths():
            yield Ref(path, subjects.get(path[:-1], path[:-1]))

    def changes(self, ref, head, found):
        marks = wfdb_files.marks(self.data, ref.path, self.annotator, head)
        return st.long_term(marks, head.seconds, f"{ref.path}.{self.annotator}")
