"""Answers a file of 10 s localization questions with a checkpoint and prints the IoU.

A quick look during training; the figures of the model card come from `holter eval`.

python -m holter_training.evaluate --run DIR --records DIR --tests FILE.json
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from . import config, localization, maps, records, tokenizer
from .config import BEAT_CONDITIONS, LEADS, RATE, SEGMENT, SHOWN
from .model import EcgChat
from .records import scale
from .tokenizer import EOT, PAD, places, prompt


def load(run: Path) -> tuple[EcgChat, object]:
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    model = EcgChat(config.ModelConfig(**state["config"]))
    model.load_state_dict(state["model"])
    return model.eval(), tokenizer.load(run / "tokenizer.json")


@torch.no_grad()
def answers(model: EcgChat, tok, ecg: torch.Tensor, questions: list[str], limit: int = 96) -> tuple[list[str], torch.Tensor]:
    """Greedy answers, one question for every clip of ecg [n, 12, 1000]; and the dense maps."""
    embeds, dense = model.encoder(ecg)
    pad, eot = tok.token_to_id(PAD), tok.token_to_id(EOT)
    ids = [prompt(tok, q, [SHOWN + 1]) for q in questions]
    width = max(map(len, ids))
    x = torch.full((len(ids), width), pad)
    mask = torch.zeros(len(ids), width, dtype=torch.long)
    for i, row in enumerate(ids):
        x[i, width - len(row) :] = torch.tensor(row)
        mask[i, width - len(row) :] = 1
    position = (mask.cumsum(1) - 1).clamp(min=0)
    logits, past = model.decoder(model.fuse(x, embeds, places(tok)), mask, position)
    out = [[] for _ in ids]
    alive = torch.ones(len(ids), dtype=torch.bool)
    for _ in range(limit):
        token = logits[:, -1].argmax(-1)
        alive &= token != eot
        if not alive.any():
            break
        for i in torch.nonzero(alive).flatten().tolist():
            out[i].append(int(token[i]))
        mask = torch.cat([mask, torch.ones(len(ids), 1, dtype=torch.long)], 1)
        position = position[:, -1:] + 1
        logits, past = model.decoder(model.embed(token).unsqueeze(1), mask, position, past)
    return [tok.decode(o) for o in out], model.encoder.map(torch.sigmoid(dense))


def evaluate(run: Path, folder: Path, tests: list[dict], leads: str) -> dict:
    model, tok = load(run)
    data = {r.name: r for r in records.mitdb(folder, sorted({t["ecg_path"] for t in tests}))}
    score, dense_score, nothing = defaultdict(list), defaultdict(list), defaultdict(list)
    for at in tqdm(range(0, len(tests), 64), desc="answer", unit="batch"):
        part = tests[at : at + 64]
        ecg = torch.zeros(len(part), len(LEADS), SEGMENT)
        for i, t in enumerate(part):
            r = data[t["ecg_path"]]
            a = round(t["ecg_start"] / 360 * RATE)
            keep = {"all": slice(None), "first": slice(0, 1), "second": slice(1, 2)}[leads]
            x = scale(r.signal[keep, a : a + SEGMENT])
            ecg[i, r.slots[keep], : x.shape[1]] = torch.from_numpy(x)
        texts, dense = answers(model, tok, ecg, [t["question"] for t in part])
        for t, text, d in zip(part, texts, dense):
            code = t["abnormal_type"]
            where = "present" if t["answer"].startswith("Duration") else "absent"
            d = localization.answer(code, maps.found(d.numpy())[code])
            for key in (code, f"{code} {where}"):
                score[key].append(localization.iou(t["answer"], text))
                dense_score[key].append(localization.iou(t["answer"], d))
                nothing[key].append(localization.iou(t["answer"], localization.answer(code, [])))
    rows = {k: {"n": len(v), "iou": np.mean(v), "dense": np.mean(dense_score[k]), "always No": np.mean(nothing[k])} for k, v in sorted(score.items())}
    macro = {m: float(np.mean([rows[c][m] for c in BEAT_CONDITIONS if c in rows])) for m in ("iou", "dense", "always No")}
    return {"kinds": rows, "macro": macro}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--records", type=Path, required=True)
    p.add_argument("--tests", type=Path, required=True)
    p.add_argument("--leads", choices=["all", "first", "second"], default="all")
    a = p.parse_args()
    torch.set_num_threads(1)
    result = evaluate(a.run, a.records, json.loads(a.tests.read_text()), a.leads)
    for kind, row in result["kinds"].items():
        print(f"{kind:10} n {row['n']:5}  IoU {row['iou']:.3f}  dense head {row['dense']:.3f}  always No {row['always No']:.3f}")
    print("macro", {k: round(v, 3) for k, v in result["macro"].items()})


if __name__ == "__main__":
    main()
