"""ECG-QA as published for PTB-XL: JSON files of questions about one or two ECGs, by their ecg_id."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from .ptbxl import PtbXl
from .record import DataError, Record, Sample
from .ref import Ref
from .split import Split

NEEDED = {"question": str, "question_type": str, "answer": list, "ecg_id": list}
TASK = "ECG-QA"


class EcgQa:
    name = "ecgqa"

    def __init__(self, data: Path, share: float = 1.0):
        self.data, self.folder, self.share = data, data / self.name, share
        self.ptbxl = PtbXl(data)
        self.refs = list(self.ptbxl.refs())

    def files(self) -> list[Path]:
        """Those of the version for MIMIC-IV-ECG are not read."""
        found = [f for f in self.folder.rglob("*.json*") if f.name.endswith((".json", ".json.gz"))]
        return sorted(f for f in found if "mimic" not in f.relative_to(self.folder).as_posix())

    def ecgs(self, split: Split) -> dict[int, tuple[Record, str]]:
        """The recordings by their ecg_id, with their person's split: that of PTB-XL, not ECG-QA's own."""
        people: dict[str, list[Ref]] = {}
        for ref in self.refs:
            people.setdefault(ref.person, []).append(ref)
        of = {person: split.of(refs) for person, refs in people.items()}
        return {self.ptbxl.rows[r.path].value("ecg_id", int): (self.ptbxl.read(r), of[r.person]) for r in self.refs}

    def samples(self, file: Path, ecgs: dict[int, tuple[Record, str]]) -> Iterator[tuple[Sample, str]]:
        """The questions about recordings that are there; not those that compare people of two splits."""
        for question in self.questions(file):
            found = [ecgs.get(i) for i in question["ecg_id"]]
            text = f"{question['question']}/{question['ecg_id']}"
            if None in found or zlib.crc32(text.encode()) / 2**32 >= self.share:
                continue
            splits = {of for _, of in found}
            if len(splits) == 1:
                turn = (question["question"], ", ".join(question["answer"]) or "none")
                yield Sample(TASK, tuple(r.whole for r, _ in found), (turn,), source=self.name, form=question["question_type"]), splits.pop()

    def questions(self, file: Path) -> list[dict]:
        try:
            with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else open(file, encoding="utf-8") as f:
                out = json.load(f)
        except json.JSONDecodeError as e:
            raise DataError(f"{file}: line {e.lineno}: {e.msg}") from e
        except (OSError, EOFError, UnicodeDecodeError) as e:
            raise DataError(f"{file}: cannot be read: {e}") from e
        for number, question in enumerate(out, 1):
            for key, kind in NEEDED.items():
                if not isinstance(question, dict) or not isinstance(question.get(key), kind):
                    raise DataError(f"{file}: question {number}: {key} is not a {kind.__name__}")
        return out
