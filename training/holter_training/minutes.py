"""Scores whole recordings that hold a rhythm throughout or not at all, of people left out of a fold's training.

python -m holter_training.minutes --data DIR --leave-out cinc2017.2,s2001,… --work DIR --model DIR --out FILE.json

Atrial fibrillation against the rest in home recordings (CinC 2017), and, where the model is taught to answer it, ST change
against none in minutes of the Long-Term ST Database. The recordings are written as WFDB files, and `holter locate` answers.
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np
import wfdb
from tqdm import tqdm

from . import localization, records
from .config import LEADS, OFFERED, RATE
from .records import Record


def left_out(data: Path, leave_out: set[str]) -> dict[str, list[tuple[Record, bool]]]:
    """The recordings of each question, and whether they hold it."""
    home = data / "cinc2017/cinc2017.npz"
    af = [(r, label == "A") for label in "NAO~" for r in records.cinc2017(home, label, keep=leave_out)]
    st = [(r, label == "st") for label in ("st", "normal") for r in records.ltstdb(data / "ltstdb50", label, keep=leave_out)]
    return {code: group for code, group in {"AFIB": af, "ST": st}.items() if code in OFFERED}


def write(r: Record, name: str, folder: Path) -> None:
    """As a WFDB record."""
    names = [LEADS[s] for s in r.slots]
    wfdb.wrsamp(name, fs=RATE, units=["mV"] * len(names), sig_name=names, p_signal=r.signal.T.astype(float), fmt=["16"] * len(names), write_dir=str(folder))


def tests(code: str, group: list[tuple[Record, bool]], folder: Path) -> list[dict]:
    folder.mkdir(parents=True, exist_ok=True)
    out = []
    for i, (r, holds) in enumerate(tqdm(group, desc=f"write {code}", unit="record")):
        name, n = f"{code}{i}", r.signal.shape[1]
        write(r, name, folder)
        spans = [(0.0, round(n / RATE, 1))] if holds else []
        out.append(
            {"question": localization.question(code), "answer": localization.answer(code, spans), "ecg_path": name, "dataset": r.person,
             "task": "localization", "abnormal_type": code, "ecg_start": 0, "ecg_end": n}
        )  # fmt: skip
    return out


def score(lines: list[dict]) -> dict:
    """Share of the recording that is answered with, as a score: F1 at one half, and the area under the ROC curve."""
    truth = np.array([t["answer"].startswith("Duration") for t in lines])
    share = np.empty(len(lines))
    for i, t in enumerate(lines):
        spans = localization.parse(t["prediction"]) or []
        covered = sum(b - a for a, b in spans) / (t["ecg_end"] / RATE)
        share[i] = covered + 0.01 * (t["confidence"] if spans else 1 - t["confidence"])  # among equals, the surer
    said = share >= 0.5
    hit = int(np.sum(said & truth))
    order = np.argsort(np.argsort(share))
    n, m = int(truth.sum()), int((~truth).sum())
    auc = (order[truth].sum() - n * (n - 1) / 2) / (n * m) if n and m else float("nan")
    precision, recall = hit / max(said.sum(), 1), hit / max(n, 1)
    return {"n": len(lines), "with": n, "sensitivity": recall, "positive_predictivity": precision,
            "f1": 2 * hit / max(said.sum() + n, 1), "auc": float(auc)}  # fmt: skip


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--leave-out", required=True, help="what the model was not trained on, as holter_training.train was told")
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--holter", type=Path, default=Path("../bin/holter"))
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    result = {}
    for code, group in left_out(a.data, set(a.leave_out.split(","))).items():
        if not group:
            continue
        folder, file, answers = a.work / code, a.work / f"{code}.json", a.work / f"{code}.jsonl"
        if not answers.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(tests(code, group, folder)))
            command = [a.holter, "locate", "--tests", file, "--records", folder, "--out", answers, "--model", a.model]
            subprocess.run([str(c) for c in command], check=True)
        result[code] = score([json.loads(line) for line in answers.read_text().splitlines()])
        print(code, json.dumps(result[code]))
    a.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
