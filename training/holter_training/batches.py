"""Clips to tensors: questions asked, prompts tokenized, answers as targets."""

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from . import localization, tasks
from .clips import Clip, Sampler
from .config import CONDITIONS, TOKENS
from .tokenizer import EOT, PAD, prompt


class Batches(IterableDataset):
    """Endless batches; every clip is asked `questions` questions."""

    def __init__(self, make_sampler, tok, batch: int, questions: int, seed: int):
        self.make_sampler, self.tok, self.batch, self.questions, self.seed = make_sampler, tok, batch, questions, seed

    def __iter__(self):
        worker = get_worker_info()
        sampler = self.make_sampler(self.seed * 1000 + (worker.id if worker else 0))
        while True:
            yield collate([sampler.clip() for _ in range(self.batch)], self.tok, self.questions, sampler.rng)


def ask(clip: Clip, rng: np.random.Generator) -> tuple[str, str]:
    known = [c for c in CONDITIONS if c in clip.found]
    if not known or rng.random() < 0.06:
        complete = len(known) == len(CONDITIONS)
        return tasks.choose(rng, [c for c in known if clip.found[c]] if complete else None)
    present = [c for c in known if clip.found[c]]
    code = rng.choice(present) if present and rng.random() < 0.6 else rng.choice(known)
    form = int(rng.integers(len(localization.FORMS)))
    return localization.question(code, form), localization.answer(code, clip.found[code])


def collate(clips: list[Clip], tok, questions: int, rng) -> dict[str, torch.Tensor]:
    pad, eot = tok.token_to_id(PAD), tok.token_to_id(EOT)
    rows = []
    for clip in clips:
        for _ in range(questions):
            q, a = ask(clip, rng)
            head = prompt(tok, q, TOKENS + 1)
            tail = tok.encode(a, add_special_tokens=False).ids + [eot]
            rows.append((head, tail))
    width = max(len(h) + len(t) for h, t in rows)
    width = (width + 15) // 16 * 16
    ids = np.full((len(rows), width), pad)
    labels = np.full((len(rows), width), -100)
    for i, (h, t) in enumerate(rows):
        ids[i, : len(h) + len(t)] = h + t
        labels[i, len(h) - 1 : len(h) + len(t) - 1] = t
    stack = lambda name: torch.from_numpy(np.stack([getattr(c, name) for c in clips]))
    return {
        "ecg": stack("ecg"),
        "spans": stack("spans"),
        "beats": stack("beats"),
        "span_known": stack("span_known"),
        "beat_known": stack("beat_known"),
        "ids": torch.from_numpy(ids),
        "labels": torch.from_numpy(labels),
    }
