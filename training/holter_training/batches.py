"""Batches for the three phases of training: clips with their dense maps, and questions with their answers as targets."""

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from . import localization, maps, tasks
from .clips import Clip, Sampler
from .config import OFFERED, TOKENS
from .tokenizer import EOT, PAD, prompt


class Batches(IterableDataset):
    """Endless batches of clips: ecg [n, 12, 1000], want and known, the dense maps and which of their rows are known."""

    def __init__(self, make_sampler, batch: int, seed: int):
        self.make_sampler, self.batch, self.seed = make_sampler, batch, seed

    def __iter__(self):
        worker = get_worker_info()
        sampler: Sampler = self.make_sampler(self.seed * 1000 + (worker.id if worker else 0))
        while True:
            clips = [sampler.clip() for _ in range(self.batch)]
            yield {
                "ecg": torch.from_numpy(np.stack([c.ecg for c in clips])),
                "want": torch.from_numpy(np.stack([np.concatenate([c.spans, c.beats]) for c in clips])),
                "known": torch.from_numpy(np.stack([np.concatenate([c.span_known, c.beat_known]) for c in clips])),
            }


class Made(IterableDataset):
    """Endless batches of made-up dense maps [n, kinds, frames]."""

    def __init__(self, batch: int, seed: int):
        self.batch, self.seed = batch, seed

    def __iter__(self):
        rng = np.random.default_rng(self.seed)
        while True:
            yield torch.from_numpy(np.stack([maps.made(rng) for _ in range(self.batch)]))


def ask(found: dict[str, list[tuple[float, float]]], rng: np.random.Generator) -> tuple[str, str]:
    """A question, and its answer as the dense map has it; found: the spans of every condition."""
    present = [c for c in OFFERED if found[c]]
    if rng.random() < 0.15:
        return tasks.choose(rng, present)
    code = rng.choice(present) if present and rng.random() < 0.7 else rng.choice(OFFERED)
    form = int(rng.integers(len(localization.FORMS)))
    return localization.question(code, form), localization.answer(code, found[code])


def ask_several(found: list[dict], rng: np.random.Generator) -> tuple[str, str, list[int]]:
    """A question about several segments, its answer, and how many segments each ECG has: one long ECG or many."""
    present = [[c for c in OFFERED if f[c]] for f in found]
    if rng.random() < 0.4:
        q, a = tasks.choose(rng, [c for c in OFFERED if any(c in p for p in present)])
        return q, a, [len(found)]
    return *tasks.compare(rng, present), [1] * len(found)


SEVERAL = 0.2  # share of the batches whose questions are about more than one segment


def questions(prob: np.ndarray, tok, rng: np.random.Generator) -> dict:
    """Questions about dense maps [n, kinds, frames]: ids, labels where the answer is to be written, and of each
    ECG in the order of the questions the maps of its segments."""
    found = [maps.found(one) for one in prob]
    rows, clips, at = [], [], 0
    several = rng.random() < SEVERAL
    while at < len(found):
        n = min(int(rng.integers(2, 7)), len(found) - at) if several else 1
        if n > 1:
            q, a, parts = ask_several(found[at : at + n], rng)
        else:
            (q, a), parts = ask(found[at], rng), [1]
        rows.append((prompt(tok, q, [1 + (TOKENS * p) for p in parts]), tok.encode(a, add_special_tokens=False).ids))
        for p in parts:
            clips.append(list(range(at, at + p)))
            at += p
    return {**padded(rows, tok), "clips": clips}


def padded(rows: list[tuple[list[int], list[int]]], tok) -> dict[str, torch.Tensor]:
    """Prompts and answers as ids and labels [rows, width]."""
    pad, eot = tok.token_to_id(PAD), tok.token_to_id(EOT)
    rows = [(h, [*t, eot]) for h, t in rows]
    width = max(len(h) + len(t) for h, t in rows)
    width = (width + 15) // 16 * 16
    ids = np.full((len(rows), width), pad)
    labels = np.full((len(rows), width), -100)
    for i, (h, t) in enumerate(rows):
        ids[i, : len(h) + len(t)] = h + t
        labels[i, len(h) - 1 : len(h) + len(t) - 1] = t
    return {"ids": torch.from_numpy(ids), "labels": torch.from_numpy(labels)}
