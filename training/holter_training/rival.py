"""Trains the rival, a 1-D U-Net, on what the model's encoder is trained on, and answers files of questions with it.

python -m holter_training.rival --data DIR --run DIR [--leave-out 101,106,…] [--steps N]
python -m holter_training.rival answer --run DIR --tests FILE.json --records DIR [--leads first] --out FILE.jsonl

Answers have the form that `holter locate --tests` writes.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
import wfdb
from tqdm import tqdm

from . import config, evaluate, localization, records, sources
from .batches import Batches
from .clips import Sampler
from .config import BEAT_CONDITIONS, EPISODES, FRAME, LEADS, PATTERNS, RATE
from .facts import SPAN
from .loop import Run
from .rules import patterns
from .train import dense_loss, loader, mixed, moved, present
from .unet import Sizes, UNet, masks

KEEP = {"all": slice(None), "first": slice(0, 1), "second": slice(1, 2)}


def targets(b: dict) -> dict:
    """Masks of every condition, of a batch of dense maps. Patterns are known where all beats are."""
    told = len(BEAT_CONDITIONS) + len(EPISODES)
    made = patterns(b["want"][:, told : told + len(BEAT_CONDITIONS)], b["want"][:, -1])
    all_known = b["known"][:, told:].amin(1, keepdim=True).expand(-1, len(PATTERNS))
    return {
        "want": torch.cat([b["want"][:, :told], (made >= 0.5).float()], 1),
        "known": torch.cat([b["known"][:, :told], all_known], 1),
    }


def train(data: Path, folder: Path, sizes: Sizes, tc: config.TrainConfig, leave_out: set[str], taught_by: Sequence[Path] = ()) -> None:
    """tc.dense_steps are the steps. Stops and goes on as the model's training does."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(tc.threads)
    torch.manual_seed(tc.seed)
    run = Run(folder, UNet(sizes), sizes, tc, leave_out, device=present())
    phase = run.phase("rival", tc.dense_steps, tc.rate, list(run.model.parameters()))
    if phase.over:
        return
    known = sources.read(data, leave_out, tc.synthetic)
    known.label([evaluate.load(other)[0].to(run.device) for other in taught_by])
    clips = loader(Batches(partial(Sampler, known), tc.batch, tc.seed), run, phase.done)
    for _ in phase:
        b = moved(next(clips), run.device)
        with mixed(run.device):
            logits = run.model(b["ecg"])
        phase.learn(dense_loss(logits, targets(b)))


def load(run: Path) -> tuple[UNet, Sizes]:
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    if "rival" not in state["done"]:
        raise SystemExit(f"{run}: the rival's training there is not over: go on with it by the command that began it")
    sizes = Sizes(**state["config"])
    model = UNet(sizes)
    model.load_state_dict(state["model"])
    return model.eval(), sizes


@lru_cache(maxsize=2)  # files of questions go record by record
def read(path: Path) -> tuple[np.ndarray, list[int], float]:
    """A record at 100 Hz, its leads' slots, and its own rate."""
    signal, info = wfdb.rdsamp(str(path))
    try:
        slots = [records.slot(name) for name in info["sig_name"]]
    except ValueError as e:
        raise SystemExit(f"{path}: its leads are {', '.join(info['sig_name'])}: name them {', '.join(LEADS)} in the header") from e
    return records.resample(np.nan_to_num(signal.T), round(info["fs"])), slots, info["fs"]


def answer(row: np.ndarray, code: str, seconds: float) -> tuple[str, float]:
    """The answer that a mask gives, and how sure it is: the mean inside the spans, or one less the highest elsewhere."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row >= 0.5, [0]]).astype(int))).reshape(-1, 2)
    on = [(a, b) for a, b in edges if b - a >= SPAN]
    spans = localization.merge([(round(a * FRAME / RATE, 1), round(min(b * FRAME / RATE, seconds), 1)) for a, b in on])
    sure = np.mean(np.concatenate([row[a:b] for a, b in on])) if on else 1 - row.max()
    return localization.answer(code, spans), float(sure)


def answers(run: Path, tests: list[dict], folder: Path, leads: str) -> list[dict]:
    """The tests, each with its prediction and confidence."""
    model, sizes = load(run)
    if unknown := {t["abnormal_type"] for t in tests} - set(sizes.conditions):
        raise SystemExit(f"the rival knows {', '.join(sizes.conditions)}, not {', '.join(sorted(unknown))}: leave such questions out")
    keep, out = KEEP[leads], []
    for t in tqdm(tests, desc="answer", unit="question"):
        signal, slots, rate = read(folder / t["ecg_path"])
        a, b = (round(t[k] / rate * RATE) for k in ("ecg_start", "ecg_end"))
        prob = masks(model, signal[keep, a:b], slots[keep])
        code = t["abnormal_type"]
        text, sure = answer(prob[sizes.conditions.index(code)], code, (b - a) / RATE)
        out.append({**t, "prediction": text, "confidence": round(sure, 4)})
    return out


def answer_main(args: list[str]) -> None:
    p = argparse.ArgumentParser("holter_training.rival answer")
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--tests", type=Path, required=True)
    p.add_argument("--records", type=Path, required=True)
    p.add_argument("--leads", choices=KEEP, default="all")
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args(args)
    torch.set_num_threads(1)
    lines = answers(a.run, json.loads(a.tests.read_text()), a.records, a.leads)
    a.out.write_text("".join(json.dumps(line) + "\n" for line in lines))


def main(args: list[str]) -> None:
    if args[:1] == ["answer"]:
        return answer_main(args[1:])
    tc = config.TrainConfig()
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder that holds mitdb/, and, if there, ptbxl/, …")
    p.add_argument("--run", type=Path, required=True, help="folder for the checkpoint and the log")
    p.add_argument("--leave-out", default="", help="records and subjects to keep for testing, comma-separated")
    p.add_argument("--taught-by", type=Path, nargs="+", default=[], help="runs whose models together label recordings without annotations, as for the model's training")
    p.add_argument("--steps", type=int, default=tc.dense_steps)
    p.add_argument("--threads", type=int, default=tc.threads)
    a = p.parse_args(args)
    tc.dense_steps, tc.threads = a.steps, a.threads
    train(a.data, a.run, Sizes(), tc, {x for x in a.leave_out.split(",") if x}, a.taught_by)


if __name__ == "__main__":
    main(sys.argv[1:])
