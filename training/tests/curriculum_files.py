"""Makes a few recordings and a set of questions about them, as holter_training.anyecg writes it."""

import json
from pathlib import Path

import numpy as np
import wfdb

RATE = 200
LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
RHYTHMS = {"Sinus bradycardia": 1.4, "Sinus rhythm": 0.8, "Sinus tachycardia": 0.45}
NAME = "Premature ventricular contraction"


def write(folder: Path, name: str, signal: np.ndarray, leads: list[str]) -> None:
    n = len(leads)
    wfdb.wrsamp(name, fs=RATE, units=["mV"] * n, sig_name=leads, p_signal=signal, fmt=["16"] * n, write_dir=str(folder))


def beats(seconds: float, every: float, leads: int, rng: np.random.Generator, wide: list[float] = ()) -> np.ndarray:
    """[samples, leads]: a narrow beat every so many seconds, and wide ones at the times given."""
    at = np.arange(int(seconds * RATE)) / RATE
    x = sum(np.exp(-0.5 * ((at - t) / 0.02) ** 2) for t in np.arange(rng.uniform(0.1, 0.4), seconds, every))
    x = x - sum((2 * np.exp(-0.5 * ((at - t) / 0.08) ** 2) for t in wide), np.zeros(len(at)))
    return x[:, None] * np.linspace(1, 0.5, leads) + rng.normal(0, 0.01, (len(at), leads))


def sample(task: str, ecgs: list[tuple], turns: list[tuple[str, str]], split: str = "train") -> dict:
    path = ecgs[0][0]
    return {
        "task": task, "source": path.split("/")[0], "person": path, "split": split, "condition": "V" if task == "Localization" else None,
        "ecgs": [{"path": p, "start": a, "end": b} for p, a, b in ecgs],
        "turns": [{"question": q, "answer": a} for q, a in turns],
    }  # fmt: skip


def make(data: Path, sets: Path, people: int = 12) -> None:
    """hospital/: 10 s in twelve leads of one of three rhythms; home/: 40 s in two leads with wide beats."""
    rng = np.random.default_rng(1)
    for name in ("hospital", "home"):
        (data / name).mkdir(parents=True)
    sets.mkdir()
    tasks: dict[str, list[dict]] = {"ReportGen": [], "Localization": [], "MultiECG": [], "ECG-QA": []}
    rhythms = list(RHYTHMS)
    for i in range(people):
        rhythm, path = rhythms[i % 3], f"hospital/{i:03}"
        write(data / "hospital", f"{i:03}", beats(10, RHYTHMS[rhythm], 12, rng), LEADS)
        asked = "Please provide the report for the following ECG."
        split = "test" if i == people - 1 else "train"
        tasks["ReportGen"].append(sample("ReportGen", [(path, 0, None)], [(asked, f"Report: {rhythm}")], split))
        follow = [("What is the rhythm?", rhythm), ("Is it slow?", "yes" if i % 3 == 0 else "no")]
        tasks["ECG-QA"].append(sample("ECG-QA", [(path, 0, 10)], follow))
        if i:
            both = [(f"hospital/{i - 1:03}", 0, None), (path, 0, None)]
            tasks["MultiECG"].append(sample("MultiECG", both, [("What has changed?", f"{rhythms[(i - 1) % 3]}, then {rhythm}")]))
        wide = [float(t) for t in rng.uniform(1, 39, 4)]
        write(data / "home", f"{i:03}", beats(40, 0.8, 2, rng, wide), ["MLII", "V5"])
        for start, end in ((0.0, 10.0), (8.5, 31.0)):
            inside = sorted(t for t in wide if start < t < end)
            answer = "Duration: " + ", ".join(f"{max(t - start - 0.4, 0):.1f}s-{min(t - start + 0.4, end - start):.1f}s" for t in inside)
            answer = answer if inside else f"No {NAME} Found"
            turn = f"Where is the {NAME} located in this ECG?", answer
            tasks["Localization"].append(sample("Localization", [(f"home/{i:03}", start, end)], [turn]))
    for task, rows in tasks.items():
        (sets / f"{task}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
