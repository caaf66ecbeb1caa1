"""Cross-validates by record: trains once for each fold on everybody else, and lets Holter answer.

python -m holter_training.crossval --data DIR --runs DIR --reader RUN --out results.json -- --dense-steps 4000

What is scored are the answers of the Go programs (`holter locate`, `holter annotate`), pooled over the folds; with
--rival also those of a U-Net that is trained on the same people.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from . import localization
from .anyecg import evaluation
from .records import PACED
from .config import BEAT_CONDITIONS

KINDS = ["short", "long"]
LEADS = ["all", "first", "second"]


def run(*command: object) -> str:
    print("+", *command, flush=True)
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def annotated(left_out: list[str]) -> list[str]:
    """The records among what a fold leaves out; the rest are subjects and parts of other databases."""
    return [r for r in left_out if r.isdigit()]


def steps(home: Path) -> dict[str, int]:
    """How many steps of each phase a run has logged, to the nearest 20."""
    out = {}
    for line in (home / "log.jsonl").read_text().splitlines():
        row = json.loads(line)
        out[row["phase"]] = row["step"] + 20
    return out


def fold(a: argparse.Namespace, name: str, records: list[str]) -> None:
    """Trains and exports one fold, and writes its answers and annotations; done parts are not repeated."""
    home = a.runs / f"fold{name}"
    python = [sys.executable, "-m"]
    run(*python, "holter_training.train", "--data", a.data, "--run", home, "--leave-out", ",".join(records), "--reader", a.reader, *a.settings)
    model = home / "model"
    names = annotated(records)
    run(*python, "holter_training.export", "--run", home, "--out", model, "--version", f"fold{name}")
    for long in (False, True):
        kind = "long" if long else "short"
        file = home / f"{kind}.json"
        tests = evaluation.localization(a.data / "mitdb", names, BEAT_CONDITIONS, long, 20 if long else 40, seed=1)
        file.write_text(json.dumps(tests))
        for leads in LEADS:
            out = home / f"{kind}-{leads}.jsonl"
            run(a.holter, "locate", "--tests", file, "--records", a.data / "mitdb", "--leads", leads, "--out", out, "--model", model)
    if a.rival:
        rival(a, home, records)
    paths = [a.data / "mitdb" / r for r in names]
    run(a.holter, "annotate", *paths, "--out", a.runs / "annotations", "--model", model)
    left_out = ["--leave-out", ",".join(records), "--work", home / "minutes", "--out", home / "minutes.json"]
    run(*python, "holter_training.minutes", "--data", a.data, "--model", model, "--holter", a.holter, *left_out)


def rival(a: argparse.Namespace, home: Path, records: list[str]) -> None:
    command = [sys.executable, "-m", "holter_training.rival"]
    run(*command, "--data", a.data, "--run", home / "rival", "--leave-out", ",".join(records), "--steps", a.rival)
    for kind in KINDS:
        for leads in LEADS:
            files = ["--tests", home / f"{kind}.json", "--records", a.data / "mitdb", "--out", home / f"rival-{kind}-{leads}.jsonl"]
            run(*command, "answer", "--run", home / "rival", "--leads", leads, *files)


def table(files: list[Path]) -> dict:
    score, nothing = defaultdict(list), defaultdict(list)
    for file in files:
        for line in file.read_text().splitlines():
            t = json.loads(line)
            code = t["abnormal_type"]
            for key in (code, f"{code} {'present' if t['answer'].startswith('Duration') else 'absent'}"):
                score[key].append(localization.iou(t["answer"], t["prediction"]))
                nothing[key].append(localization.iou(t["answer"], localization.answer(code, [])))
    rows = {k: {"n": len(v), "iou": float(np.mean(v)), "always_no": float(np.mean(nothing[k]))} for k, v in score.items()}
    macro = {m: float(np.mean([rows[c][m] for c in BEAT_CONDITIONS])) for m in ("iou", "always_no")}
    return {"kinds": dict(sorted(rows.items())), "macro": macro}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--runs", type=Path, required=True)
    p.add_argument("--holter", type=Path, default=Path("../bin/holter"))
    p.add_argument("--folds", type=Path, default=Path("folds.json"))
    p.add_argument("--only", help="comma-separated folds; default: all of them")
    p.add_argument("--reader", type=Path, required=True, help="run whose reader, which has seen nobody, is taken")
    p.add_argument("--rival", type=int, default=0, metavar="STEPS", help="train a U-Net for so many steps beside each fold's model")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("settings", nargs="*", help="after --: settings of holter_training.train")
    a = p.parse_args()
    folds = json.loads(a.folds.read_text())
    if a.only:
        folds = {name: folds[name] for name in a.only.split(",")}
    for name, records in folds.items():
        fold(a, name, records)
    result = {"settings": a.settings, "folds": folds, "steps": {n: steps(a.runs / f"fold{n}") for n in folds}}
    result["minutes"] = {n: json.loads((a.runs / f"fold{n}" / "minutes.json").read_text()) for n in folds}
    answers = [f"{kind}-{leads}" for kind in KINDS for leads in LEADS]
    for key in answers + [f"rival-{x}" for x in answers if a.rival]:
        result[key] = table([a.runs / f"fold{n}" / f"{key}.jsonl" for n in folds])
    paths = [a.data / "mitdb" / r for records in folds.values() for r in annotated(records)]
    paths = [x for x in paths if x.name not in PACED]  # EC57 leaves them out
    result["beats"] = json.loads(run(a.holter, "score", *paths, "--annotations", a.runs / "annotations", "--json"))
    a.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps({k: v["macro"] for k, v in result.items() if isinstance(v, dict) and "macro" in v}, indent=1))


if __name__ == "__main__":
    main()
