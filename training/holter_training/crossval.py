"""Cross-validates by record: trains once for each fold on everybody else, and lets Holter answer.

python -m holter_training.crossval --data DIR --runs DIR --reader RUN --out results.json -- --dense-steps 4000

What is scored are the answers of the Go programs (`holter locate`, `holter annotate`), pooled over the folds, by
`holter eval` and `holter score`; with --rival also those of a U-Net that is trained on the same people. What a fold's
folder holds already is not made again.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from .anyecg import evaluation
from .config import BEAT_CONDITIONS
from .records import PACED

KINDS = ["short", "long"]
LEADS = ["all", "first", "second", "random"]
MACRO = ["V", "A", "L", "R"]  # over which the mean is taken


def run(*command: object) -> str:
    print("+", *command, flush=True)
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def annotated(left_out: list[str]) -> list[str]:
    """The records among what a fold leaves out; the rest are subjects and parts of other databases."""
    return [r for r in left_out if r.isdigit()]


def steps(home: Path) -> dict[str, int]:
    """How many steps of each phase a run has taken; logs of older code end up to 20 steps before."""
    out = {}
    for line in (home / "log.jsonl").read_text().splitlines():
        row = json.loads(line)
        out[row["phase"]] = -(-(row["step"] + 1) // 20) * 20
    return out


def answers(holter: Path, data: Path, home: Path, names: list[str], kind: str, leads: str) -> Path:
    """What the model of a run answers about clips of those records; made once."""
    tests, out = home / f"{kind}.json", home / f"{kind}-{leads}.jsonl"
    long = kind == "long"
    tests.write_text(json.dumps(evaluation.localization(data / "mitdb", names, BEAT_CONDITIONS, long, 20 if long else 40, seed=1)))
    if not out.exists():
        run(holter, "locate", "--tests", tests, "--records", data / "mitdb", "--leads", leads, "--out", out, "--model", home / "model")
    return out


def fold(a: argparse.Namespace, name: str, records: list[str]) -> None:
    """Trains and exports one fold, and writes its answers and annotations; done parts are not repeated."""
    home = a.runs / f"fold{name}"
    python = [sys.executable, "-m"]
    run(*python, "holter_training.train", "--data", a.data, "--run", home, "--leave-out", ",".join(records), "--reader", a.reader, *a.settings)
    model = home / "model"
    names = annotated(records)
    run(*python, "holter_training.export", "--run", home, "--out", model, "--version", f"fold{name}")
    for kind in KINDS:
        for leads in LEADS:
            answers(a.holter, a.data, home, names, kind, leads)
    if a.rival:
        rival(a, home, records)
    paths = [a.data / "mitdb" / r for r in names if not (a.runs / "annotations" / f"{r}.hol").exists()]
    if paths:
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


def table(result: dict) -> dict:
    """What `holter eval --json` says of localization, kind by kind and apart where the kind is present and absent."""
    rows = {}
    for k in result["kinds"]:
        rows[k["kind"]] = {"n": k["all"]["questions"], "iou": k["all"]["iou"], "always_no": k["always_no"]}
        for part in ("present", "absent"):
            if k[part]["questions"]:
                rows[f"{k['kind']} {part}"] = {"n": k[part]["questions"], "iou": k[part]["iou"], "always_no": float(part == "absent")}
    keys = ("kind", "questions", "confidence", "right", "expected_calibration_error")
    calibration = [{key: c.get(key, "all") for key in keys} for c in result.get("calibration", [])]
    asked = [k for k in MACRO if k in rows]
    macro = {m: sum(rows[k][m] for k in asked) / len(asked) for m in ("iou", "always_no")}
    return {"kinds": dict(sorted(rows.items())), "macro": macro, "calibration": calibration}


def arguments(description: str) -> argparse.ArgumentParser:
    """What every program takes that trains on folds and lets Holter answer."""
    p = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--runs", type=Path, required=True)
    p.add_argument("--holter", type=Path, default=Path("../bin/holter"))
    p.add_argument("--folds", type=Path, default=Path("folds.json"))
    p.add_argument("--reader", type=Path, required=True, help="run whose reader, which has seen nobody, is taken")
    return p


def main() -> None:
    p = arguments(__doc__)
    p.add_argument("--only", help="comma-separated folds; default: all of them")
    p.add_argument("--rival", type=int, default=0, metavar="STEPS", help="train a U-Net for so many steps beside each fold's model")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--pictures", type=Path, help="folder for pictures of the 10 s clips with all leads")
    p.add_argument("settings", nargs="*", help="after --: settings of holter_training.train")
    a = p.parse_args()
    folds = json.loads(a.folds.read_text())
    if a.only:
        folds = {name: folds[name] for name in a.only.split(",")}
    for name, records in folds.items():
        fold(a, name, records)
    result = {"settings": a.settings, "folds": folds, "steps": {n: steps(a.runs / f"fold{n}") for n in folds}}
    result["minutes"] = {n: json.loads((a.runs / f"fold{n}" / "minutes.json").read_text()) for n in folds}
    wanted = [f"{kind}-{leads}" for kind in KINDS for leads in LEADS]
    for key in wanted + [f"rival-{x}" for x in wanted if a.rival]:
        answers = [x for n in folds for x in ("--answers", a.runs / f"fold{n}" / f"{key}.jsonl")]
        pictures = ["--records", a.data / "mitdb", "--pictures", a.pictures] if a.pictures and key == "short-all" else []
        result[key] = table(json.loads(run(a.holter, "eval", "--json", *answers, *pictures)))
    paths = [a.data / "mitdb" / r for records in folds.values() for r in annotated(records)]
    paths = [x for x in paths if x.name not in PACED]  # EC57 leaves them out
    score = [a.holter, "score", *paths, "--annotations", a.runs / "annotations", "--json"]
    result["beats"] = json.loads(run(*score))
    result["episodes"] = json.loads(run(*score, "--episodes"))
    a.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps({k: v["macro"] for k, v in result.items() if isinstance(v, dict) and "macro" in v}, indent=1))


if __name__ == "__main__":
    main()
