"""Exports a checkpoint to the folder that Holter runs, and checks the graphs against PyTorch.

python -m holter_training.export --run DIR --out ../models/default --version 0.1.0
"""

import argparse
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from . import manifest
from .config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, EPISODES, OFFERED, SEGMENT, SHOWN
from .evaluate import load
from .model import EcgChat, doubt_at_half
from .tokenizer import BOS, ECG, ECG_END, ECG_START, END, EOT, SEVERAL, places, prompt

TOLERANCE = 1e-3
OPSET = 17


class EncoderGraph(nn.Module):
    """Embeddings, and for each condition the chance that one of its beats lies in a 50 ms frame."""

    def __init__(self, model: EcgChat):
        super().__init__()
        self.encoder = model.encoder
        self.rows = [len(BEAT_CONDITIONS) + len(EPISODES) + BEAT_CLASSES.index(c) for c in BEAT_CONDITIONS]

    def forward(self, ecg: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Embeddings; the heat, so scaled that from one half on a beat is of the kind; the map's spans."""
        y, dense = self.encoder.look(ecg)
        prob = torch.sigmoid(dense)
        seen = self.encoder.map(prob)
        heat = doubt_at_half(prob[:, self.rows], self.encoder.threshold[:, : len(self.rows)])
        return self.encoder.project(y, seen), heat, seen[:, : len(CONDITIONS)]


class DecoderGraph(nn.Module):
    def __init__(self, model: EcgChat):
        super().__init__()
        self.decoder = model.decoder

    def forward(self, embeds: Tensor, attention: Tensor, position: Tensor, *past: Tensor):
        pairs = [(past[i], past[i + 1]) for i in range(0, len(past), 2)]
        logits, present = self.decoder(embeds, attention, position, pairs)
        return (logits, *(t for kv in present for t in kv))


EVIDENCE = 12.0  # nats, weight of the encoder's map in localization answers: no less keeps them as good as the map itself


def export(module: nn.Module, args: tuple, file: Path, inputs: dict, outputs: dict) -> None:
    """inputs, outputs: name -> {axis: label}."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            args,
            str(file),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={**inputs, **outputs},
        )


def graphs(model: EcgChat, out: Path) -> None:
    c = model.config
    export(
        EncoderGraph(model), (torch.randn(2, 12, SEGMENT),), out / "encoder.onnx",
        {"ecg": {0: "n"}}, {"embeddings": {0: "n"}, "heat": {0: "n"}, "spans": {0: "n"}},
    )  # fmt: skip
    export(
        model.embed, (torch.zeros(2, 3, dtype=torch.long),), out / "embed.onnx",
        {"input_ids": {0: "b", 1: "s"}}, {"inputs_embeds": {0: "b", 1: "s"}},
    )  # fmt: skip
    past = [torch.randn(2, c.kv_heads, 4, c.head_dim) for _ in range(2 * c.layers)]
    names = [f"{i}.{part}" for i in range(c.layers) for part in ("key", "value")]
    steps = {0: "b", 1: "s"}
    export(
        DecoderGraph(model),
        (torch.randn(2, 3, c.hidden), torch.ones(2, 7, dtype=torch.long), torch.arange(4, 7).expand(2, 3), *past),
        out / "decoder.onnx",
        {
            "inputs_embeds": steps,
            "attention_mask": {0: "b", 1: "total"},
            "position_ids": steps,
            **{f"past_key_values.{n}": {0: "b", 2: "past"} for n in names},
        },
        {"logits": steps, **{f"present.{n}": {0: "b", 2: "total"} for n in names}},
    )


def check(model: EcgChat, tok, out: Path) -> float:
    """Largest difference between the graphs and PyTorch, over clips of 0 to 12 leads and two decoding steps."""
    run = lambda name, **feed: onnxruntime.InferenceSession(
        str(out / f"{name}.onnx"), providers=["CPUExecutionProvider"]
    ).run(None, {k: np.asarray(v) for k, v in feed.items()})
    worst = 0.0

    def compare(a, b: Tensor):
        nonlocal worst
        worst = max(worst, float(np.abs(a - b.detach().numpy()).max()))

    c = model.config
    torch.manual_seed(0)
    ecg = torch.rand(4, 12, SEGMENT) * 2 - 1
    ecg[0, 2:] = 0
    ecg[1, :6], ecg[1, 7:] = 0, 0
    ecg[2] = 0
    with torch.no_grad():
        embeddings, heat, spans = EncoderGraph(model)(ecg)
        got = run("encoder", ecg=ecg.numpy())
        compare(got[0], embeddings)
        compare(got[1], heat)
        compare(got[2], spans)
        ids = torch.tensor([prompt(tok, "Where is the Atrial premature beat located in this ECG?", [SHOWN + 1])] * 4)
        compare(run("embed", input_ids=ids.numpy())[0], model.embed(ids))
        x = model.fuse(ids, embeddings, places(tok))
        mask = torch.ones_like(ids)
        mask[1, :3] = 0
        position = (mask.cumsum(1) - 1).clamp(min=0)
        empty = [torch.zeros(4, c.kv_heads, 0, c.head_dim)] * (2 * c.layers)
        names = [f"past_key_values.{i}.{p}" for i in range(c.layers) for p in ("key", "value")]
        for _ in range(2):
            want = DecoderGraph(model)(x, mask, position, *empty)
            feed = dict(zip(names, (t.numpy() for t in empty)))
            got = run(
                "decoder", inputs_embeds=x.numpy(), attention_mask=mask.numpy(), position_ids=position.numpy(), **feed
            )
            # Rows that are padding attend to nothing and mean nothing.
            compare(got[0][:, 3:] if x.shape[1] > 1 else got[0], want[0][:, 3:] if x.shape[1] > 1 else want[0])
            token = want[0][:, -1].argmax(-1, keepdim=True)
            x, empty = model.embed(token), list(want[1:])
            mask = torch.cat([mask, torch.ones(4, 1, dtype=torch.long)], 1)
            position = position[:, -1:] + 1
    return worst


def described(model: EcgChat, name: str, version: str, calibration: dict | None = None) -> dict:
    """The manifest; calibration: what holter_training.calibrate wrote."""
    c = model.config
    dense = {"heat": "heat", "heat_hz": 20, "heat_kinds": BEAT_CONDITIONS, "spans": "spans", "span_kinds": CONDITIONS}
    decoder = {
        "layers": c.layers,
        "kv_heads": c.kv_heads,
        "head_dim": c.head_dim,
        "hidden": c.hidden,
        "vocab": c.vocab,
        "max_tokens": 1024,
    }
    tokens = {"bos": BOS, "eos": [EOT, END], "ecg_start": ECG_START, "ecg": ECG, "ecg_end": ECG_END, "turn": "llama-3"}
    tokens["ecgs"] = SEVERAL
    localization = {"conditions": OFFERED, "segments": "each", "evidence": EVIDENCE}
    localization["thresholds"] = dict(zip(BEAT_CONDITIONS + EPISODES, c.thresholds))
    if calibration:
        parts = ("found", "nothing")
        told = lambda v: {**{p: v[p] for p in parts}, "error": round(v["ece"]["calibrated"], 3)}
        localization["calibration"] = {k: told(v) for k, v in calibration.items() if k in OFFERED}
    return manifest.build(name, version, SHOWN + 1, decoder, tokens, localization, dense)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--name", default="holter-small")
    p.add_argument("--version", required=True)
    p.add_argument("--calibration", type=Path, help="what holter_training.calibrate wrote")
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    model, tok = load(a.run)
    calibration = json.loads(a.calibration.read_text()) if a.calibration else None
    graphs(model, a.out)
    shutil.copy(a.run / "tokenizer.json", a.out / "tokenizer.json")
    manifest.write(a.out, described(model, a.name, a.version, calibration))
    worst = check(model, tok, a.out)
    size = sum(f.stat().st_size for f in a.out.iterdir()) / 1e6
    print(f"{a.out}: {size:.1f} MB, largest difference from PyTorch {worst:.2e}")
    if not worst < TOLERANCE:
        raise SystemExit(f"the exported graphs differ from PyTorch by {worst:.2e}, more than {TOLERANCE}")


if __name__ == "__main__":
    main()
