"""Writes the questions of the test split in the paper's format of a test file, which `holter eval` and `locate` read."""

import json
import os
from functools import cache
from pathlib import Path

from . import localize, wfdb_files
from .mit import Mit

# Our tasks, as test files name them.
NAMES = {"Localization": "localization", "ReportGen": "report", "ECG-QA": "qa", "MultiECG": "comparison"}


class Rates:
    """Sampling rates of the records, which the lines of the data set do not say."""

    def __init__(self, data: Path):
        self.of = cache(lambda path: wfdb_files.header(data, path).rate)

    def sample(self, path: str, seconds: float | None) -> int:
        """The sample at a time; 0 as an end means the record's end."""
        return round(seconds * self.of(path)) if seconds else 0


def test(line: dict, rates: Rates) -> dict:
    """One question; of a conversation the first. Of several ECGs paths, starts and ends are lists."""
    fields = {
        "ecg_path": [e["path"] for e in line["ecgs"]],
        "ecg_start": [rates.sample(e["path"], e["start"]) for e in line["ecgs"]],
        "ecg_end": [rates.sample(e["path"], e["end"]) for e in line["ecgs"]],
    }
    several = len(line["ecgs"]) > 1
    turn = line["turns"][0]
    return {
        "question": turn["question"],
        "answer": turn["answer"],
        "ecg_path": fields["ecg_path"] if several else fields["ecg_path"][0],
        "dataset": line["source"],
        "task": NAMES[line["task"]],
        "abnormal_type": line["condition"] or "",
        "question_type": line["type"] or "",
        "ecg_start": fields["ecg_start"] if several else fields["ecg_start"][0],
        "ecg_end": fields["ecg_end"] if several else fields["ecg_end"][0],
    }


def write(data: Path, out: Path, task: str) -> dict[str, int]:
    """Writes <out>/eval/<name>.json, of Localization short and long clips apart; gives the number of questions."""
    rates = Rates(data)
    tests: dict[str, list[dict]] = {}
    with open(out / f"{task}.jsonl", encoding="utf-8") as f:
        for line in map(json.loads, f):
            if line["split"] == "test":
                ecg = line["ecgs"][0]
                long = task == "Localization" and ecg["end"] - ecg["start"] > localize.SHORT + 0.01
                tests.setdefault(NAMES[task] + ("-long" if long else ""), []).append(test(line, rates))
    (out / "eval").mkdir(exist_ok=True)
    for name, found in tests.items():
        file = out / "eval" / f"{name}.json"
        file.with_suffix(".tmp").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(file.with_suffix(".tmp"), file)
    return {name: len(found) for name, found in tests.items()}


def localization(folder: Path, names: list[str], codes: list[str], long: bool, wanted: int, seed: int) -> list[dict]:
    """Questions about some records of a folder: of each up to `wanted` clips with and a quarter as many without each condition."""
    source, rates = Mit(folder.parent, folder.name), Rates(folder.parent)
    refs = {Path(r.path).name: r for r in source.refs()}
    samples = [x for n in names for x in localize.questions(source.read(refs[n]), codes, long, wanted, seed)]
    return [test(x.line("test"), rates) | {"ecg_path": Path(x.clips[0].record.path).name} for x in samples]
