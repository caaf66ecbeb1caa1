"""Builds questions and answers about ECGs, after the anyECG data set, from the recordings that one has.

python -m holter_training.anyecg --data DIR --out DIR [--sources mitdb,ptbxl] [--leave-out 101,ptbxl.9] [--per-record 20]

Writes ReportGen.jsonl, Localization.jsonl, MultiECG.jsonl and ECG-QA.jsonl, and the test split as files of questions
for `holter eval` in eval/. Stopped, it goes on where it was; what is finished is kept in parts/.
"""

import argparse
import sys
from pathlib import Path

from . import evaluation
from .build import TASKS, Settings, build, join
from .record import DataError
from .sources import ECGQA, KNOWN, found
from .split import Split


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="holter_training.anyecg", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = ", ".join([*KNOWN, ECGQA])
    names = lambda text: [x for x in text.split(",") if x]  # noqa: E731
    p.add_argument("--data", type=Path, required=True, help=f"folder that holds some of {known}, each as it is published")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--sources", type=names, help="comma-separated folders of --data, also others of WFDB records with .atr; default: all known")
    p.add_argument("--tasks", type=names, default=TASKS, help=f"comma-separated; default: {','.join(TASKS)}")
    p.add_argument("--leave-out", type=names, default=[], help="test exactly these people, records or folds, and train on the rest")
    p.add_argument("--per-record", type=int, default=20, help="clips per task of a long record; of Localization per condition")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--st-annotator", choices=["sta", "stb", "stc"], default="stb", help="whose ST episodes of ltstdb: 75 µV/30 s, 100/30, 100/60")
    p.add_argument("--ecgqa-share", type=float, default=1.0, help="share of ECG-QA's published questions; the paper took 0.1")
    a = p.parse_args()
    if unknown := [t for t in a.tasks if t not in TASKS]:
        p.error(f"no task {', '.join(unknown)}; there are {', '.join(TASKS)}")
    if a.per_record < 1:
        p.error("--per-record must be at least 1")
    return a


def main() -> None:
    a = arguments()
    tasks = tuple(t for t in TASKS if t in a.tasks)
    settings = Settings(a.seed, a.per_record, tasks, tuple(sorted(a.leave_out)), a.st_annotator, a.ecgqa_share)
    split = Split(frozenset(a.leave_out))
    sources = a.sources or found(a.data)
    if not sources:
        sys.exit(f"{a.data}: holds none of {', '.join([*KNOWN, ECGQA])} as published; give the folder above them")
    try:
        counts = join(build(a.data, a.out, sources, settings, split), a.out, tasks)
        tests = {name: n for task in tasks for name, n in evaluation.write(a.data, a.out, task).items()}
    except DataError as e:
        sys.exit(str(e))
    for (task, source, part), n in sorted(counts.items()):
        print(f"{task:13} {source:13} {part:6} {n:8}")
    print("questions of the test split:", ", ".join(f"{n} {name}" for name, n in tests.items()) or "none")
    if missed := split.leave_out - split.met:
        print("left out, but met in no source:", ", ".join(sorted(missed)))


if __name__ == "__main__":
    main()
