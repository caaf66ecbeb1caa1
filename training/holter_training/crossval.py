"""Cross-validates by record: trains once for each fold on everybody else, and lets Holter answer.

python -m holter_training.crossval --data DIR --runs DIR --reader RUN --out results.json -- --dense-steps 4000

What is scored are the answers of the Go programs (`holter locate`, `holter annotate`), pooled over the folds; the
scores are those of `holter eval` and `holter score`.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from .anyecg import evaluation
from .config import BEAT_CONDITIONS
from .records import PACED

LEADS = ["all", "first", "second", "random"]


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
    paths = [a.data / "mitdb" / r for r in names]
    run(a.holter, "annotate", *paths, "--out", a.runs / "annotations", "--model", model)
    left_out = ["--leave-out", ",".join(records), "--work", home / "minutes", "--out", home / "minutes.json"]
    run(*python, "holter_training.minutes", "--data", a.data, "--model", model, "--holter", a.holter, *left_out)


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
    macro = {m: result["macro"][m] for m in ("iou", "always_no", "best_span")}
    return {"kinds": dict(sorted(rows.items())), "macro": macro, "calibration": calibration}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--runs", type=Path, required=True)
    p.add_argument("--holter", type=Path, default=Path("../bin/holter"))
    p.add_argument("--folds", type=Path, default=Path("folds.json"))
    p.add_argument("--only", help="comma-separated folds; default: all of them")
    p.add_argument("--reader", type=Path, required=True, help="run whose reader, which has seen nobody, is taken")
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
    for kind in ("short", "long"):
        for leads in LEADS:
            answers = [x for n in folds for x in ("--answers", a.runs / f"fold{n}" / f"{kind}-{leads}.jsonl")]
            draw = a.pictures and kind == "short" and leads == "all"
            pictures = ["--records", a.data / "mitdb", "--pictures", a.pictures] if draw else []
            result[f"{kind}-{leads}"] = table(json.loads(run(a.holter, "eval", "--json", *answers, *pictures)))
    paths = [a.data / "mitdb" / r for records in folds.values() for r in annotated(records)]
    paths = [x for x in paths if x.name not in PACED]  # EC57 leaves them out
    score = [a.holter, "score", *paths, "--annotations", a.runs / "annotations", "--json"]
    result["beats"] = json.loads(run(*score))
    result["episodes"] = json.loads(run(*score, "--episodes"))
    a.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps({k: v["macro"] for k, v in result.items() if isinstance(v, dict) and "macro" in v}, indent=1))


if __name__ == "__main__":
    main()
