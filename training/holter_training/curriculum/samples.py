"""Questions and answers about ECGs: JSON lines in <task>.jsonl, as holter_training.anyecg writes them.

{"task": "Localization", "source": "mitdb", "person": "mitdb/101", "split": "train", "condition": "V", "type": null,
 "ecgs": [{"path": "mitdb/101", "start": 12.3, "end": 22.3}],
 "turns": [{"question": "Where is …?", "answer": "Duration: …"}]}

path: a WFDB record without extension, below the data folder; start, end: seconds (end null: of the record).
"""

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from ..clips import SECONDS
from ..paper.config import LayoutError

TASKS = ("ReportGen", "Localization", "MultiECG", "ECG-QA")


@dataclasses.dataclass(frozen=True)
class Ecg:
    path: str
    start: float = 0.0
    end: float | None = None

    @property
    def segments(self) -> int:
        """How many the clip takes; where its end is not told, one."""
        return 1 if self.end is None else math.ceil(round(self.end - self.start, 3) / SECONDS)


@dataclasses.dataclass(frozen=True)
class Sample:
    task: str
    split: str
    ecgs: tuple[Ecg, ...]
    turns: tuple[tuple[str, str], ...]  # question and answer

    @property
    def report(self) -> str:
        """What contrastive pre-training compares the ECG with."""
        return self.turns[0][1].removeprefix("Report:").strip()


def parse(line: bytes) -> Sample:
    raw = json.loads(line)
    ecgs = tuple(Ecg(e["path"], float(e.get("start") or 0), e.get("end")) for e in raw["ecgs"])
    turns = tuple((t["question"].strip(), t["answer"].strip()) for t in raw["turns"])
    if raw["task"] not in TASKS:
        raise ValueError(f"task {raw['task']!r} is none of {', '.join(TASKS)}")
    if not turns or not all(q and a for q, a in turns):
        raise ValueError("every turn needs a question and an answer, and there must be one")
    if bad := [e for e in ecgs if e.start < 0 or e.end is not None and e.end <= e.start]:
        raise ValueError(f"{bad[0]} ends before it begins, or begins before its record")
    return Sample(raw["task"], raw["split"], ecgs, turns)


class Samples(Sequence):
    """Lines are checked at once and parsed when they are asked for: a million of them fit into memory."""

    def __init__(self, lines: list[bytes]):
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, i: int) -> Sample:
        return parse(self.lines[i])


def read(folder: Path, tasks: tuple[str, ...], split: str = "train") -> Samples:
    """The samples of some tasks, of <task>.jsonl in the folder or in folders directly below it."""
    lines = []
    for task in tasks:
        for file in sorted([*folder.glob(f"{task}.jsonl"), *folder.glob(f"*/{task}.jsonl")]):
            lines += _lines(file, task, split)
    return Samples(lines)


def _lines(file: Path, task: str, split: str) -> list[bytes]:
    out = []
    with open(file, "rb") as f:
        for number, line in enumerate(tqdm(f, desc=f"read {file}", unit="line", disable=None, mininterval=1), 1):
            if not line.strip():
                continue
            try:
                sample = parse(line)
            except (ValueError, KeyError, TypeError, AttributeError) as e:
                said = f"{e.args[0]!r} is missing" if isinstance(e, KeyError) else e
                raise LayoutError(f"{file}, line {number}: {said}. Make the set again with holter_training.anyecg") from e
            if sample.task != task:
                raise LayoutError(f"{file}, line {number}: the task is {sample.task}; only {task} belongs in this file")
            if sample.split == split:
                out.append(line)
    return out
