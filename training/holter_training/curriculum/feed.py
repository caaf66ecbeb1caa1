"""Batches in an order that is the same however often a run is stopped."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from . import contrast, ecgs
from .model import Batch
from .prompt import Prompt, Writer
from .samples import Sample, Samples


class Shuffled:
    """Samples without end, every epoch in another order; the k-th is always the same."""

    def __init__(self, samples: Samples, seed: int):
        self.samples, self.seed, self.epoch, self.order = samples, seed, -1, None

    def __getitem__(self, k: int) -> Sample:
        epoch, i = divmod(k, len(self.samples))
        if epoch != self.epoch:
            self.epoch, self.order = epoch, np.random.default_rng([self.seed, epoch]).permutation(len(self.samples))
        return self.samples[int(self.order[i])]


class Steps(Sampler):
    """The places in the order that each step takes, from a step on."""

    def __init__(self, first: int, last: int, batch: int):
        self.first, self.last, self.batch = first, last, batch

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self.first, self.last):
            yield list(range(step * self.batch, (step + 1) * self.batch))

    def __len__(self) -> int:
        return self.last - self.first


class Shown(Dataset):
    """Samples with their ECGs as segments. dynamic: without it an ECG is ten seconds, and there is one."""

    def __init__(self, samples: Shuffled, data: Path, dynamic: bool):
        self.samples, self.data, self.dynamic = samples, data, dynamic

    def __getitem__(self, k: int) -> tuple[Sample, list[torch.Tensor]]:
        s = self.samples[k]
        wanted = s.ecgs if self.dynamic else s.ecgs[:1]
        return s, [ecgs.read(self.data, e, None if self.dynamic else 1) for e in wanted]


class Conversations(Shown):
    """size: embeddings of a segment without its [CLS]."""

    def __init__(self, samples: Shuffled, data: Path, dynamic: bool, writer: Writer, size: int):
        super().__init__(samples, data, dynamic)
        self.writer, self.size = writer, size

    def __getitem__(self, k: int) -> tuple[Prompt, list[torch.Tensor]]:
        s, shown = super().__getitem__(k)
        return self.writer.write(s, [1 + self.size * len(x) for x in shown]), shown


class Spoken(Dataset):
    """Conversations with words in the place of their ECGs, or with nothing there, a quarter of the time."""

    NOTHING = 0.25

    def __init__(self, samples: Shuffled, writer: Writer, size: int):
        self.samples, self.writer, self.size = samples, writer, size

    def __getitem__(self, k: int) -> tuple[Prompt, list[torch.Tensor]]:
        s, rng = self.samples[k], np.random.default_rng([self.samples.seed, k])
        sizes = [1 + self.size * e.segments for e in s.ecgs]
        silent = rng.random() < self.NOTHING
        return self.writer.write(s, sizes) if silent else self.writer.spoken(s, sizes, rng), []


def batch(rows: list[tuple[Prompt, list[torch.Tensor]]]) -> Batch:
    width = max(len(p.ids) for p, _ in rows)
    ids, said = np.zeros((len(rows), width), np.int64), np.zeros((len(rows), width), bool)
    for i, (p, _) in enumerate(rows):
        ids[i, : len(p.ids)], said[i, : len(p.ids)] = p.ids, p.said
    shown = [x for _, xs in rows for x in xs]
    segments = torch.cat(shown) if shown else None
    return Batch(segments, [len(x) for x in shown], torch.from_numpy(ids), torch.from_numpy(said))


class Micro:
    """Splits a batch into smaller ones of conversations that are about as long."""

    def __init__(self, size: int):
        self.size = size

    def __call__(self, rows: list) -> list[Batch]:
        rows = sorted(rows, key=lambda row: len(row[0].ids))
        return [batch(rows[i : i + self.size]) for i in range(0, len(rows), self.size)]


class Pairs:
    """ECGs and the tokens of their reports: segments, counts, ids, and which are real."""

    def __init__(self, tok, longest: int):
        self.tok, self.longest = tok, longest

    def __call__(self, rows: list[tuple[Sample, list[torch.Tensor]]]) -> tuple:
        first = [shown[0] for _, shown in rows]
        return torch.cat(first), [len(x) for x in first], *contrast.tokens(self.tok, [s.report for s, _ in rows], self.longest)


def loader(data: Dataset, steps: Steps, collate: Callable, workers: int) -> Iterator:
    return iter(DataLoader(data, batch_sampler=steps, collate_fn=collate, num_workers=workers))
