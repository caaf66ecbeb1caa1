"""Fits how confidences become shares of right answers (Platt scaling), for each kind, on a cross-validation's answers.

python -m holter_training.calibrate --runs DIR --only 1,2 --out calibration.json

An answer is right when its intersection over union with the expert's is one half or more. How often a "No … Found" is
right depends on how often there is something: answers are weighed as if every second clip held the kind. The expected
calibration error that is printed is of each fold's answers under what the other folds' answers gave; where that is no less than
without, the confidence stays as it is.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from . import localization

BINS = 15
FILES = ("short-all", "short-first", "short-second", "long-all")
PARTS = ("found", "nothing")
AS_IT_IS = {"slope": 1.0, "offset": 0.0}
Rows = dict[str, dict[str, np.ndarray]]  # kind -> found or nothing -> [answers, (confidence, right, weight)]


def read(files: list[Path]) -> Rows:
    out: dict[str, dict[str, list]] = {}
    for line in (line for f in files for line in f.read_text().splitlines()):
        t = json.loads(line)
        right = localization.iou(t["answer"], t["prediction"]) >= 0.5
        part = PARTS[localization.parse(t["prediction"]) == []]
        present = t["answer"].startswith("Duration")
        out.setdefault(t["abnormal_type"], {p: [] for p in PARTS})[part].append((t["confidence"], right, present))
    return {kind: even({p: np.array(v, float).reshape(-1, 3) for p, v in parts.items()}) for kind, parts in out.items()}


def even(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Puts weights in the place of whether the kind was there: both together weigh alike, and 1 in the mean."""
    there = np.concatenate([v[:, 2] for v in parts.values()])
    share = np.clip(np.mean(there), 1 / (2 * len(there)), 1 - 1 / (2 * len(there)))
    return {p: np.column_stack([v[:, :2], np.where(v[:, 2] == 1, 0.5 / share, 0.5 / (1 - share))]) for p, v in parts.items()}


def logit(p: np.ndarray) -> np.ndarray:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def fit(rows: np.ndarray) -> dict[str, float]:
    """Slope and offset of least cross entropy; a little regularised towards no change."""
    x, right, weight = logit(rows[:, 0]), rows[:, 1], rows[:, 2]

    def loss(w):
        z = w[0] * x + w[1]
        return np.sum(weight * (np.logaddexp(0, z) - right * z)) + 0.5 * ((w[0] - 1) ** 2 + w[1] ** 2)

    slope, offset = minimize(loss, [1.0, 0.0], bounds=[(0, 20), (-20, 20)]).x
    return {"slope": round(float(slope), 4), "offset": round(float(offset), 4)}


def apply(calibration: dict[str, float], confidence: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(calibration["slope"] * logit(confidence) + calibration["offset"])))


def error(rows: np.ndarray) -> float:
    """Expected calibration error of [answers, (confidence, right, weight)], in bins of equal width."""
    if not len(rows):
        return float("nan")
    which = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    gap = rows[:, 2] * (rows[:, 0] - rows[:, 1])
    return float(sum(abs(np.sum(gap[which == b])) for b in np.unique(which)) / np.sum(rows[:, 2]))


def both(rows: Rows, kind: str) -> np.ndarray:
    return np.concatenate([rows[kind][p] for p in PARTS])


def pooled(folds: list[Rows], kind: str, part: str) -> np.ndarray:
    return np.concatenate([f[kind][part] for f in folds if kind in f] or [np.empty((0, 3))])


def crossed(folds: list[Rows], kind: str) -> np.ndarray:
    """Every fold's answers, with confidences as the other folds' calibration gives them."""
    out = []
    for i, fold in enumerate(folds):
        for part in PARTS:
            rows = fold[kind][part].copy() if kind in fold else np.empty((0, 3))
            rows[:, 0] = apply(fit(pooled(folds[:i] + folds[i + 1 :], kind, part)), rows[:, 0])
            out.append(rows)
    return np.concatenate(out)


def calibrated(folds: list[Rows], kind: str) -> dict:
    """What is to be done with a kind's confidences, and their expected calibration error before and after."""
    raw = np.concatenate([both(f, kind) for f in folds if kind in f])
    before, after = error(raw), error(crossed(folds, kind))
    if after < before:
        fitted = {part: fit(pooled(folds, kind, part)) for part in PARTS}
    else:  # strangers differ by more than a calibration corrects
        fitted, after = {part: dict(AS_IT_IS) for part in PARTS}, before
    return {**fitted, "ece": {"raw": before, "calibrated": after, "n": len(raw)}}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--runs", type=Path, required=True, help="folder of the cross-validation's runs")
    p.add_argument("--only", required=True, help="comma-separated folds")
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    folds = [read([a.runs / f"fold{n}" / f"{f}.jsonl" for f in FILES]) for n in a.only.split(",")]
    result = {}
    for kind in sorted({k for f in folds for k in f}):
        result[kind] = calibrated(folds, kind)
        print(kind, json.dumps(result[kind]))
    a.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
