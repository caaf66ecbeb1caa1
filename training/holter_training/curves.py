"""Draws the loss of every phase of a run, of holter_training.train or of holter_training.curriculum.

python -m holter_training.curves --run DIR --out curves.svg
"""

import argparse
import json
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


def read(file: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Steps and losses of each phase. Of steps that were done again after a stop the last counts."""
    found: dict[str, dict[int, float]] = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        try:
            row = json.loads(line)
            found.setdefault(row["phase"], {})[row["step"]] = float(row["loss"])
        except (json.JSONDecodeError, KeyError, TypeError) as e:
            raise ValueError(f"{file}, line {number}: no row of a training log: {e}") from e
    if not found:
        raise ValueError(f"{file}: nothing is logged yet")
    return {phase: (np.array(sorted(rows)), np.array([rows[s] for s in sorted(rows)])) for phase, rows in found.items()}


def smooth(losses: np.ndarray) -> np.ndarray:
    """The mean over a tenth of the phase around each step."""
    half = len(losses) // 20
    total = np.concatenate([[0.0], np.cumsum(losses)])
    at = np.arange(len(losses))
    first, last = np.maximum(at - half, 0), np.minimum(at + half + 1, len(losses))
    return (total[last] - total[first]) / (last - first)


def draw(phases: dict[str, tuple[np.ndarray, np.ndarray]], title: str, out: Path) -> None:
    figure, axes = plt.subplots(1, len(phases), figsize=(3.2 * len(phases) + 0.6, 3.2), squeeze=False, layout="constrained")
    for ax, (phase, (steps, losses)) in zip(axes[0], phases.items()):
        ax.plot(steps, losses, color="0.75", linewidth=0.8)
        ax.plot(steps, smooth(losses), color="C0", linewidth=1.6)
        ax.set(title=phase, xlabel="step", yscale="log" if losses.min() > 0 else "linear")
        ax.grid(alpha=0.3, which="both")
    axes[0][0].set_ylabel("loss")
    figure.suptitle(title)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, metadata={"Date": None} if out.suffix == ".svg" else None)
    plt.close(figure)


def main(args: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True, help="an .svg, .png or .pdf file")
    a = p.parse_args(args)
    try:
        draw(read(a.run / "log.jsonl"), a.run.name, a.out)
    except (OSError, ValueError) as e:
        raise SystemExit(str(e)) from e


if __name__ == "__main__":
    main()
