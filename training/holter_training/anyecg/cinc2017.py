"""PhysioNet/CinC Challenge 2017: one-lead recordings of people at home, each with one label for all of it."""

from collections.abc import Iterator
from pathlib import Path

from . import wfdb_files
from .record import DataError, Record
from .ref import Ref

# What a label says of the whole recording: the report, what is there throughout, what is not there.
LABELS = {
    "N": (("Normal sinus rhythm",), [], ["AFIB", "AFL", "V", "A"]),
    "A": (("Atrial fibrillation",), ["AFIB"], []),
    "O": (("Rhythm other than sinus rhythm or atrial fibrillation",), [], ["AFIB"]),
    "~": (("Too noisy to be read",), [], []),
}


class Cinc2017:
    whole_records = True

    def __init__(self, data: Path, name: str = "cinc2017"):
        self.data, self.name, self.folder = data, name, data / name
        self.labels: dict[str, str] = {}

    def refs(self) -> Iterator[Ref]:
        """People are not named: every recording is taken for another one's. Groups are fifths, by the last digit."""
        headers = {f.stem: f for f in self.folder.rglob("*.hea")}
        file = max(self.folder.rglob("REFERENCE*.csv"), default=None)  # -v3 is the latest
        if file is None:
            raise DataError(f"{self.folder}: holds no REFERENCE.csv; it is part of the data set")
        for number, line in enumerate(file.read_text().splitlines(), 1):
            name, _, label = line.partition(",")
            if not line.strip():
                continue
            if label not in LABELS or not name[1:].isdigit():
                raise DataError(f"{file}: line {number}: {line!r} is no record and label out of {' '.join(LABELS)}")
            if name not in headers:
                continue
            path = headers[name].relative_to(self.data).with_suffix("").as_posix()
            self.labels[path] = label
            yield Ref(path, f"{self.name}/{name}", group=f"{self.name}.{int(name[1:]) % 5}")

    def read(self, ref: Ref) -> Record:
        head = wfdb_files.header(self.data, ref.path)
        statements, throughout, absent = LABELS[self.labels[ref.path]]
        episodes = {code: [(0.0, head.seconds)] for code in throughout}
        episodes |= {code: [] for code in absent if code in ("AFIB", "AFL")}
        return Record(
            ref.path, self.name, ref.person, head.rate, head.seconds, episodes=episodes, absent=frozenset(absent), statements=statements
        )  # fmt: skip
