"""Trains the model end to end; stops and goes on where it stopped.

python -m holter_training.train --data DIR --run DIR [--config FILE] [--leave-out 101,106,…]
"""

import argparse
import dataclasses
import json
import math
import time
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader
from tqdm import tqdm

from . import config, records, tokenizer
from .batches import Batches
from .clips import Sampler
from .model import EcgChat
from .tokenizer import ECG


def sources(data: Path, leave_out: set[str]):
    annotated = [r for r in records.mitdb(data / "mitdb") if r.name not in leave_out]
    others = []
    if (data / "ptbxl").exists():
        others.append(records.ptbxl(data / "ptbxl"))
    if (data / "leadI/leadI.npz").exists():
        others.append(records.lead_i(data / "leadI/leadI.npz"))
    if (data / "cinc2017/cinc2017.npz").exists():
        others.append(records.cinc2017(data / "cinc2017/cinc2017.npz"))
    noise = None if {"118", "119"} & leave_out else records.electrode_motion(data / "nstdb")
    return annotated, others, noise


def sampler(parts, seed: int) -> Sampler:
    return Sampler(*parts, seed)


def losses(model: EcgChat, b: dict, questions: int, ecg_id: int, ask: bool):
    """Text loss (mean over answer tokens) and dense loss (mean over the frames whose truth is known)."""
    tokens, dense = model.encoder(b["ecg"])
    want = torch.cat([b["spans"], b["beats"]], 1)
    known = torch.cat([b["span_known"], b["beat_known"]], 1).unsqueeze(-1)
    each = F.binary_cross_entropy_with_logits(dense.float(), want, reduction="none")
    dense_loss = (each * known).sum() / (known.sum() * want.shape[-1])
    if not ask:
        return torch.zeros(()), dense_loss
    x = model.fuse(b["ids"], tokens.repeat_interleave(questions, 0), ecg_id)
    mask = torch.ones_like(b["ids"])
    at = torch.arange(mask.shape[1]).expand_as(mask)
    logits, _ = model.decoder(x, mask, at, head=False)
    wanted = b["labels"] != -100
    return F.cross_entropy(model.decoder.head(logits[wanted]).float(), b["labels"][wanted]), dense_loss


class Average:
    """Exponential moving average of the weights: what is exported."""

    def __init__(self, model, decay: float):
        self.decay = decay
        self.weights = {k: v.detach().clone() for k, v in model.state_dict().items()}

    def update(self, model, step: int):
        d = min(self.decay, (1 + step) / (10 + step))
        for k, v in model.state_dict().items():
            self.weights[k].lerp_(v, 1 - d) if v.dtype.is_floating_point else self.weights[k].copy_(v)


def rate_at(step: int, t: config.TrainConfig) -> float:
    if step < t.warmup:
        return t.rate * (step + 1) / t.warmup
    return t.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - t.warmup) / (t.steps - t.warmup)))))


def train(data: Path, run: Path, mc: config.ModelConfig, tc: config.TrainConfig, leave_out: set[str]) -> None:
    run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(tc.threads)
    torch.manual_seed(tc.seed)
    tok_file = run / "tokenizer.json"
    if not tok_file.exists():
        tokenizer.build().save(str(tok_file))
    tok = tokenizer.load(tok_file)
    mc.vocab = tok.get_vocab_size()
    model = EcgChat(mc)
    decay = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decay, "weight_decay": tc.weight_decay}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=tc.rate, betas=(0.9, 0.98), fused=True)
    average, step = Average(model, tc.average), 0
    checkpoint = run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average.weights, step = state["average"], state["step"]
        print(f"resume at step {step}")
    size = sum(p.numel() for p in model.parameters())
    print(f"{size / 1e6:.2f} M parameters, {tc.steps - step} steps to go, leaving out {sorted(leave_out) or 'nobody'}")
    parts = sources(data, leave_out)
    batches = Batches(partial(sampler, parts), tok, tc.batch, tc.questions, tc.seed + step)
    loader = iter(DataLoader(batches, batch_size=None, num_workers=1, prefetch_factor=4))
    ecg_id, log, begun = tok.token_to_id(ECG), open(run / "log.jsonl", "a"), time.time()
    bar = tqdm(range(step, tc.steps), initial=step, total=tc.steps, desc=run.name, unit="step", mininterval=5)
    for step in bar:
        model.train()
        for g in optimizer.param_groups:
            g["lr"] = rate_at(step, tc)
        with torch.autocast("cpu", torch.bfloat16):
            text, dense = losses(model, next(loader), tc.questions, ecg_id, ask=step >= tc.dense_steps)
        optimizer.zero_grad(set_to_none=True)
        (text + tc.dense_weight * dense).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update(model, step)
        bar.set_postfix(text=f"{text.item():.3f}", dense=f"{dense.item():.4f}", refresh=False)
        if step % 20 == 0:
            row = {"step": step, "text": text.item(), "dense": dense.item(), "seconds": round(time.time() - begun, 1)}
            print(json.dumps(row), file=log, flush=True)
        if (step + 1) % tc.checkpoint_every == 0 or step + 1 == tc.steps:
            state = {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "average": average.weights,
                "step": step + 1,
                "config": dataclasses.asdict(mc),
                "leave_out": sorted(leave_out),
            }
            torch.save(state, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").rename(checkpoint)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder that holds mitdb/, and, if there, ptbxl/, …")
    p.add_argument("--run", type=Path, required=True, help="folder for checkpoints and logs")
    p.add_argument("--config", type=Path, help="JSON file with sizes and settings")
    p.add_argument("--leave-out", default="", help="records to keep for testing, comma-separated")
    p.add_argument("--steps", type=int)
    p.add_argument("--dense-steps", type=int, help="of these, steps without text at the start")
    p.add_argument("--rate", type=float, help="highest learning rate")
    p.add_argument("--threads", type=int)
    p.add_argument("--batch", type=int)
    a = p.parse_args()
    mc, tc = config.load(a.config) if a.config else (config.ModelConfig(), config.TrainConfig())
    for name in ("steps", "dense_steps", "rate", "threads", "batch"):
        if getattr(a, name) is not None:
            setattr(tc, name, getattr(a, name))
    train(a.data, a.run, mc, tc, {x for x in a.leave_out.split(",") if x})


if __name__ == "__main__":
    main()
