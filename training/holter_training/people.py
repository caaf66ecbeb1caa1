"""The learning curve over people: trains on growing shares of the annotated people, and lets Holter answer about those of a fold.

python -m holter_training.people --data DIR --runs DIR --reader RUN --fold 1 --out results/people.json --picture people.svg

Every model is trained from nothing for the same number of steps. A share's people are among those of the next greater one;
recordings without annotated beats are used in full by all of them.
"""

import argparse
import json
import sys
from pathlib import Path

import matplotlib
import numpy as np

from . import crossval

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


def kept(people: list[str], share: float, seed: int) -> list[str]:
    order = np.random.default_rng(seed).permutation(sorted(people))
    return sorted(order[: max(1, round(share * len(people)))])


def point(a: argparse.Namespace, left_out: list[str], drop: list[str], home: Path) -> dict:
    """Scores of one model on the fold's records."""
    python = [sys.executable, "-m"]
    steps = ["--dense-steps", a.steps, "--taught-steps", 0, "--text-steps", a.text_steps, "--synthetic", a.synthetic, "--threads", 1, "--seed", a.seed]
    crossval.run(*python, "holter_training.train", "--data", a.data, "--run", home, "--leave-out", ",".join(left_out + drop), "--reader", a.reader, *steps)
    crossval.run(*python, "holter_training.export", "--run", home, "--out", home / "model", "--version", home.name)
    names = crossval.annotated(left_out)
    file = crossval.answers(a.holter, a.data, home, names, "short", "all")
    located = crossval.table(json.loads(crossval.run(a.holter, "eval", "--json", "--answers", file)))
    paths = [a.data / "mitdb" / r for r in names if r not in crossval.PACED]
    crossval.run(a.holter, "annotate", *paths, "--out", home / "annotations", "--model", home / "model")
    scores = json.loads(crossval.run(a.holter, "score", *paths, "--annotations", home / "annotations", "--json"))
    gross = next(r for r in scores if r["record"] == "gross")
    f1 = {kind: gross[kind]["f1"]["part"] / gross[kind]["f1"]["of"] for kind in ("veb", "sveb")}
    return {"macro": located["macro"], **{kind: located["kinds"][kind]["iou"] for kind in crossval.MACRO}, **f1}


def draw(points: list[dict], title: str, out: Path) -> None:
    figure, (iou, beats) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
    people = [p["people"] for p in points]
    iou.plot(people, [p["macro"]["iou"] for p in points], "o-", label="mean over V, A, L, R")
    for kind, style in (("V", "s--"), ("A", "^--")):
        iou.plot(people, [p[kind] for p in points], style, label=kind)
    iou.axhline(points[0]["macro"]["always_no"], color="0.6", linewidth=1, label='always "No"')
    for kind, style in (("veb", "s-"), ("sveb", "^-")):
        beats.plot(people, [p[kind] for p in points], style, label=kind.upper())
    for ax, words in ((iou, "IoU, 10 s clips"), (beats, "F1 of beats (EC57)")):
        ax.set(xlabel="annotated people trained on", ylabel=words, ylim=(0, 1))
        ax.grid(alpha=0.3)
        ax.legend(fontsize="small")
    figure.suptitle(title)
    figure.savefig(out, metadata={"Date": None} if out.suffix == ".svg" else None)
    plt.close(figure)


def main() -> None:
    p = crossval.arguments(__doc__)
    p.add_argument("--fold", default="1")
    p.add_argument("--shares", type=lambda s: sorted(float(x) for x in s.split(",")), default=[0.25, 0.5, 1.0])
    p.add_argument("--steps", type=int, default=800)
    p.add_argument("--text-steps", type=int, default=40)
    p.add_argument("--synthetic", type=float, default=0.33)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--picture", type=Path, required=True, help="an .svg, .png or .pdf file")
    a = p.parse_args()
    left_out = json.loads(a.folds.read_text())[a.fold]
    people = [f.stem for f in (a.data / "mitdb").glob("*.hea") if f.stem not in left_out]
    points = []
    for share in a.shares:
        keep = kept(people, share, a.seed)
        home = a.runs / f"people-{len(keep)}"
        home.mkdir(parents=True, exist_ok=True)
        scores = point(a, left_out, sorted(set(people) - set(keep)), home)
        points.append({"people": len(keep), "records": keep, **scores})
        a.out.write_text(json.dumps({"fold": a.fold, "steps": a.steps, "seed": a.seed, "points": points}, indent=1) + "\n")
    draw(points, f"{a.steps} steps from nothing, strangers of fold {a.fold}", a.picture)


if __name__ == "__main__":
    main()
