"""Which phase trains what on what, as in the paper's Table 3 and, with ablations, its Table 8."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from ..paper.config import LayoutError
from ..preset import Preset
from . import contrast, feed
from .model import Batch
from .prompt import Writer
from .samples import TASKS, read
from .setup import Training

# A stage adds tasks; the data of the stages before it stays, every sample once an epoch: the paper's experience replay.
ADDS = {"stage1": ("ReportGen",), "stage2": ("Localization",), "stage3": ("MultiECG", "ECG-QA")}
TRAINED = {
    "pretrain": {"encoder", "contrast"},
    "language": {"language"},
    "stage1": {"encoder", "connector"},
    "stage2": {"encoder", "connector", "lora"},
    "stage3": {"connector", "lora"},
    "single": {"encoder", "connector", "lora"},
}


def order(p: Preset) -> list[str]:
    """The phases of a preset, one after the other."""
    out = [] if "contrastive" in p.without else ["pretrain"]
    out += ["language"] if p.train.language.epochs else []
    return out + (["single"] if "curriculum" in p.without else list(ADDS))


def tasks(p: Preset, name: str) -> tuple[str, ...]:
    if name == "pretrain":
        return ADDS["stage1"]
    if name not in ADDS:
        return TASKS
    names = list(ADDS)
    seen = names[: names.index(name) + 1] if "replay" not in p.without else [name]
    return tuple(t for stage in seen for t in ADDS[stage])


def train(t: Training, name: str) -> None:
    """One phase, or what is left of it; the phases before it must be done."""
    p = t.preset
    if name not in order(p):
        raise LayoutError(f"{name} is no phase of this run, which has {', '.join(order(p))} (without: {', '.join(p.without) or 'nothing'})")
    for before in order(p)[: order(p).index(name)]:
        if before not in t.run.state["done"]:
            raise LayoutError(f"{before} comes before {name} and is not done in {t.run.folder}: run it first")
    if name in t.run.state["done"]:
        return
    samples = read(t.sets, tasks(p, name))
    if not samples:
        raise LayoutError(f"{t.sets}: no samples of {' or '.join(tasks(p, name))} to train on: make them with holter_training.anyecg")
    phase = getattr(p.train, name)
    steps = math.ceil(phase.epochs * len(samples) / phase.batch)
    parameters = t.run.model.unfreeze(TRAINED[name])
    parts = sorted({t.run.model.part(n) for n, w in t.run.model.named_parameters() if w.requires_grad})
    print(f"{name}: {len(samples)} samples of {', '.join(tasks(p, name))}, {steps} steps, trains {', '.join(parts)}")
    loop = t.run.phase(name, steps, phase.rate, parameters)
    shuffled = feed.Shuffled(samples, p.train.seed)
    losses = pairs(t, shuffled, loop.done, steps) if name == "pretrain" else conversations(t, name, shuffled, loop.done, steps)
    for step in loop:
        loss = next(losses)
        torch.manual_seed(p.train.seed * 1_000_003 + step)  # of dropout, so that a resumed run goes on the same
        loop.learn(loss)


def conversations(t: Training, name: str, shuffled: feed.Shuffled, first: int, last: int) -> Iterator[Iterator[Tensor]]:
    """For every step the parts of its loss, the mean over the tokens of all answers of the batch."""
    p = t.preset
    writer, size = Writer(t.tok, p.tokens, p.llama.max_position_embeddings), p.encoder.tokens - 1
    if name == "language":
        data = feed.Spoken(shuffled, writer, size)
    else:
        data = feed.Conversations(shuffled, t.data, "dynamic-input" not in p.without, writer, size)
    steps = feed.Steps(first, last, getattr(p.train, name).batch)
    for micros in feed.loader(data, steps, feed.Micro(p.train.micro), p.train.workers):
        yield shares(t, micros)


def shares(t: Training, micros: list[Batch]) -> Iterator[Tensor]:
    total = sum(int(b.said.sum()) for b in micros)
    for b in micros:
        with t.autocast():
            loss = t.run.model.loss(b.to(t.device))
        yield loss / total


def pairs(t: Training, shuffled: feed.Shuffled, first: int, last: int) -> Iterator[Tensor]:
    """For every step its loss. The batch is not split, as every report is compared with every ECG."""
    p, model = t.preset, t.run.model
    tok = contrast.tokenizer_of(p.text.folder) if p.text.folder else t.tok
    data = feed.Shown(shuffled, t.data, "dynamic-input" not in p.without)
    steps = feed.Steps(first, last, p.train.pretrain.batch)
    for segments, counts, ids, real in feed.loader(data, steps, feed.Pairs(tok, p.text.longest), p.train.workers):
        with t.autocast():
            cls = model.cls(segments.to(t.device), counts)
            loss = model.contrast.loss(cls, ids.to(t.device), real.to(t.device))
        yield loss
