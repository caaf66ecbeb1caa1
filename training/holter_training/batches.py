"""Batches for training: clips with their dense maps, and questions with their answers as targets."""

import dataclasses

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from . import localization, maps, tasks
from .clips import Clip, Sampler
from .config import FACTS, OFFERED, SHOWN
from .tokenizer import EOT, PAD, asked, shown


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


LONG = 0.2  # of the batches about several segments: one long ECG instead of several
WANTED = 6  # questions about what is shown


@dataclasses.dataclass(frozen=True)
class Lesson:
    """What a language model is shown and asked: the harder, the later."""

    tokens: int  # of a segment: SHOWN, or FACTS alone
    one: float  # share of the batches whose questions are about one segment each
    located: int = 0  # questions of such that ask where something is
    reports: bool = False  # of several ECGs nothing is asked but the report of one


# Which of several ECGs is asked for is learnt from reports in hundreds of steps, and from all questions at once hardly
# at all; and facts are found alone, but not among the fifty tokens of time.
LESSONS = {
    "reports": Lesson(FACTS, 0.0, reports=True),
    "words": Lesson(FACTS, 0.35),
    "reader": Lesson(SHOWN, 0.5, WANTED // 2),
}


def where(prob: np.ndarray, rng: np.random.Generator) -> tuple[str, str]:
    """A localization question, and its answer as the map has it."""
    found = maps.found(prob)
    present = [c for c in OFFERED if found[c]]
    code = rng.choice(present) if present and rng.random() < 0.7 else rng.choice(OFFERED)
    form = int(rng.integers(len(localization.FORMS)))
    return localization.question(code, form), localization.answer(code, found[code])


def ask(prob: np.ndarray, long: bool, lesson: Lesson, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Questions about one segment, one long ECG, or several ECGs."""
    if long or len(prob) == 1:
        clip = tasks.clip(prob)
        some = 0 if long else lesson.located
        return [tasks.choose(rng, clip) for _ in range(WANTED - some)] + [where(prob[0], rng) for _ in range(some)]
    clips = [tasks.clip(one[None], **known) for one, known in zip(prob, tasks.person(rng, len(prob)))]
    if lesson.reports:
        return tasks.reports(rng, clips, WANTED // 2)
    return tasks.between(rng, clips, WANTED)


def questions(prob: np.ndarray, tok, rng: np.random.Generator, lesson: Lesson = LESSONS["reader"]) -> dict:
    """Questions about dense maps [n, kinds, frames]: rows of packed(), and of each ECG in the order of the rows
    the maps of its segments (clips)."""
    n = 1 if rng.random() < lesson.one else int(rng.integers(2, 7))
    long = n > 1 and not lesson.reports and rng.random() < LONG
    rows, clips = [], []
    for at in range(0, len(prob), n):
        part = prob[at : at + n]
        ecgs = [list(range(at, at + len(part)))] if long else [[at + i] for i in range(len(part))]
        pairs = [(asked(tok, q), tok.encode(a, add_special_tokens=False).ids) for q, a in ask(part, long, lesson, rng)]
        rows.append((shown(tok, [1 + lesson.tokens * len(e) for e in ecgs]), pairs))
        clips += ecgs
    return {**packed(rows, tok), "clips": clips}


def packed(rows: list[tuple[list[int], list[tuple[list[int], list[int]]]]], tok) -> dict[str, torch.Tensor]:
    """What is shown and several questions with their answers, one after another, as if each stood alone behind it.

    [rows, width]: ids; labels, -100 where none is to be learnt; position; part, 0 for what is shown, the number of
    the question, or -1; weight of a label: long answers weigh more than short ones, but not as much as they are longer.
    """
    pad, eot = tok.token_to_id(PAD), tok.token_to_id(EOT)
    width = max(len(head) + sum(len(q) + len(a) + 1 for q, a in pairs) for head, pairs in rows)
    width = (width + 15) // 16 * 16
    fill = {"ids": pad, "labels": -100, "position": 0, "part": -1}
    out = {k: np.full((len(rows), width), v) for k, v in fill.items()}
    weight = np.zeros((len(rows), width), np.float32)
    for i, (head, pairs) in enumerate(rows):
        at = len(head)
        out["ids"][i, :at], out["position"][i, :at], out["part"][i, :at] = head, np.arange(at), 0
        for k, (q, a) in enumerate(pairs, 1):
            text, end = [*q, *a, eot], at + len(q) + len(a) + 1
            out["ids"][i, at:end], out["part"][i, at:end] = text, k
            out["position"][i, at:end] = len(head) + np.arange(len(text))
            learnt = slice(at + len(q) - 1, end - 1)
            out["labels"][i, learnt], weight[i, learnt] = [*a, eot], (len(a) + 1) ** -0.5
            at = end
    return {**{k: torch.from_numpy(v) for k, v in out.items()}, "weight": torch.from_numpy(weight)}
