"""Makes testdata/paper: a checkpoint of the paper's architecture and released
layout with random weights, exported by holter_training.paper to a model folder,
and cases.json, the answers that PyTorch and Hugging Face's Llama give.

    pip install -e 'training[test]'
    python pkg/model/testdata/make_paper.py

The checkpoint itself is not kept.
"""

import dataclasses
import sys
import tempfile
from pathlib import Path

import make_tiny
import torch

from holter_training.paper import config, export

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "training" / "tests"))
import released_layout  # noqa: E402

OUT = Path(__file__).parent / "paper"
SIZES = config.PRESETS["tiny"]


class Paper:
    """A new random checkpoint, and what the reference makes of it."""

    def __init__(self, folder: Path):
        for old in folder.rglob("*.safetensors"):
            old.unlink()
        ours = dataclasses.asdict(SIZES.llama)
        known = {k: v for k, v in ours.items() if not k.startswith(("rope_", "vocab_"))}
        released_layout.make(folder, SIZES.encoder, known, make_tiny.tokenizer(released_layout.SPECIAL))
        self.reference = released_layout.Reference(folder, SIZES.encoder)
        self.tok = self.reference.tok

    @torch.no_grad()
    def answer(self, turns, limit, choose):
        """Logits after the prompt, then the ids chosen one by one without any cache."""
        said = [([make_tiny.segments(c) for c in t["ecgs"]], t["question"], t.get("answer")) for t in turns]
        x, ids, first = self.reference.prompt(said), [], None
        while len(ids) < limit:
            logits = self.reference.logits(x)
            first = logits if first is None else first
            token, margin = choose(logits, ids)
            assert margin > 0.005, "two choices too close to be the same everywhere: use another seed"
            if token is None:
                break
            ids.append(token)
            x = self.reference.read_on(x, token)
        return first, ids


def cases():
    yield from make_tiny.cases()
    clip = lambda seed, samples, *leads: {"seed": seed, "samples": samples, "leads": list(leads)}
    one, two, long = clip(2, 1000, *make_tiny.LEADS), clip(7, 640, "V2"), clip(1, 4100, "II", "V5")
    turn = lambda question, *clips: {"ecgs": list(clips), "question": question}
    yield "twelve leads", [turn("Write a report of this ECG, please.", one)]
    yield "five segments", [turn("Write a report of this ECG, please.", long)]
    yield "three ECGs", [turn("What has changed?", one, long, two)]
    yield "three turns", [
        turn("Write a report of this ECG, please.", one) | {"answer": "Report: Sinus rhythm"},
        turn("What has changed?", two, long) | {"answer": "Sinus bradycardia"},
        turn("Are you sure?"),
    ]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, results = make_tiny.search(lambda: Paper(folder), cases)
        export.main([
            "--encoder", str(folder / "ecg_model.pth"), "--projection", str(folder / "projection.pth"),
            "--lora", str(folder), "--llama", str(folder / "llama"), "--out", str(OUT),
            "--config", "tiny", "--conditions", ",".join(make_tiny.NAMES), "--name", "paper-tiny", "--version", "0.0.1",
            "--external-above", "100000",
        ])  # fmt: skip
    make_tiny.save(results, OUT / "cases.json")
    print({p.name: p.stat().st_size for p in OUT.iterdir()})


if __name__ == "__main__":
    main()
