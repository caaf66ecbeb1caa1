"""Draws training clips: signal, dense targets, and what may be asked of them."""

import dataclasses

import numpy as np

from .config import BEAT_CLASSES, CONDITIONS, FRAMES, LEADS, RATE, SEGMENT
from .localization import spans
from .records import Record

SECONDS = SEGMENT / RATE
SYMBOL_CLASS = {"V": "V", "A": "A", "L": "L", "R": "R", "F": "F", "/": "/", "f": "/", "S": "S", "a": "S", "J": "S"}


@dataclasses.dataclass
class Clip:
    ecg: np.ndarray  # [12, 1000], scaled
    spans: np.ndarray  # [conditions, frames] 0 or 1
    beats: np.ndarray  # [classes, frames] 0 or 1
    span_known: np.ndarray  # [conditions] 0 or 1
    beat_known: np.ndarray  # [classes] 0 or 1
    found: dict[str, list[tuple[float, float]]]  # answers, for the conditions that are known


def scale(x: np.ndarray) -> np.ndarray:
    """Each lead to [-1, 1] over the clip; a flat lead to 0."""
    low, high = x.min(-1, keepdims=True), x.max(-1, keepdims=True)
    return np.where(high > low, (x - low) / np.maximum(high - low, 1e-9) * 2 - 1, 0).astype(np.float32)


def cut(record: Record, start: float, stretch: float = 1.0) -> tuple[np.ndarray, np.ndarray | None]:
    """10 s from `start`, played `stretch` times slower; and the beat times in the clip's own seconds."""
    n = int(round(SEGMENT / stretch))
    a = int(round(start * RATE))
    x = record.signal[:, a : a + n]
    if n != SEGMENT or x.shape[1] < SEGMENT:
        at = np.arange(SEGMENT) / stretch
        x = np.stack([np.interp(at, np.arange(x.shape[1]), lead) for lead in x])
    times = None if record.times is None else (record.times - a / RATE) * stretch
    return x, times


def targets(record: Record, times: np.ndarray | None, stretch: float, start: float) -> Clip:
    clip = Clip(
        np.zeros((len(LEADS), SEGMENT), np.float32),
        np.zeros((len(CONDITIONS), FRAMES), np.float32),
        np.zeros((len(BEAT_CLASSES), FRAMES), np.float32),
        np.zeros(len(CONDITIONS), np.float32),
        np.zeros(len(BEAT_CLASSES), np.float32),
        {},
    )
    for i, code in enumerate(CONDITIONS):
        if times is not None:
            clip.found[code] = spans(times, record.symbols, code, 0.0, SECONDS)
        elif code in record.absent:
            clip.found[code] = []
        elif code in record.throughout:
            clip.found[code] = [(0.0, SECONDS)]
        else:
            continue
        clip.span_known[i] = 1
        for a, b in clip.found[code]:
            clip.spans[i, round(a * 20) : round(b * 20)] = 1
    if times is not None:
        clip.beat_known[:] = 1
        lo, hi = np.searchsorted(times, [0.0, SECONDS])
        for t, s in zip(times[lo:hi], record.symbols[lo:hi]):
            frame = min(int(t * 20), FRAMES - 1)
            clip.beats[-1, frame] = 1
            if s in SYMBOL_CLASS:
                clip.beats[BEAT_CLASSES.index(SYMBOL_CLASS[s]), frame] = 1
    else:
        for code in record.absent:
            clip.beat_known[BEAT_CLASSES.index(code)] = 1
        if record.beats is not None:
            clip.beat_known[-1] = 1
            for t in (record.beats - start) * stretch:
                if 0 <= t < SECONDS:
                    clip.beats[-1, int(t * 20)] = 1
    # A beat lights its two neighbours half, so that a peak between frames costs little.
    wide = np.maximum(np.roll(clip.beats, 1, -1), np.roll(clip.beats, -1, -1)) * 0.5
    clip.beats = np.maximum(clip.beats, wide)
    return clip


class Augment:
    """What a home wearable does to a signal: fewer leads, other electrodes, noise, drift."""

    def __init__(self, noise: np.ndarray | None):
        self.noise = noise

    def __call__(self, x: np.ndarray, slots: list[int], rng: np.random.Generator) -> tuple[np.ndarray, list[int]]:
        if len(slots) > 2:
            x, slots = self._few(x, slots, rng)
        if len(slots) == 2 and rng.random() < 0.2:
            x = x + rng.uniform(-0.35, 0.35, 2)[:, None] * x[::-1]
        if len(slots) == 2 and rng.random() < 0.4:
            keep = rng.integers(2)
            x, slots = x[keep : keep + 1], [slots[keep]]
        if rng.random() < 0.12:
            slots = [int(s) for s in rng.choice(len(LEADS), len(slots), replace=False)]
        if rng.random() < 0.15:
            x = x * rng.choice([-1.0, 1.0], len(slots))[:, None]
        return self._disturb(x, rng), slots

    def _few(self, x, slots, rng):
        pairs = [(1, 6), (1, 6), (1, 10), (0, 1), (10, 7), (1, 7)]
        want = pairs[rng.integers(len(pairs))] if rng.random() < 0.8 else tuple(rng.choice(12, 2, replace=False))
        at = [slots.index(s) for s in want]
        return x[at], [slots[i] for i in at]

    def _disturb(self, x, rng):
        x = x.astype(np.float32, copy=True)
        size = np.maximum(np.percentile(x, 99, -1) - np.percentile(x, 1, -1), 0.05)[:, None]
        t = np.arange(SEGMENT) / RATE
        if rng.random() < 0.35:
            f, p = rng.uniform(0.05, 0.5, (2, 1)), rng.uniform(0, 6.3, (len(x), 2, 1))
            x += size * rng.exponential(0.15) * np.sin(2 * np.pi * f * t + p).sum(1)
        if rng.random() < 0.3:
            x += size * rng.exponential(0.03) * rng.standard_normal(x.shape)
        if self.noise is not None and rng.random() < 0.2:
            a = rng.integers(self.noise.shape[1] - SEGMENT)
            n = self.noise[rng.permutation(2)[: len(x)], a : a + SEGMENT]
            x += size * rng.exponential(0.15) * n / (np.std(n) * 4 + 1e-6)
        if rng.random() < 0.2:  # a monitor's own high-pass and low-pass filters
            k = int(rng.integers(2, 5))
            x = np.apply_along_axis(lambda r: np.convolve(r, np.ones(k) / k, "same"), -1, x)
        if rng.random() < 0.05:
            a = rng.integers(SEGMENT - 200)
            x[:, a : a + rng.integers(20, 150)] = x[:, a : a + 1]
        return x


class Sampler:
    """Clips of every source; people weigh alike, abnormal stretches are drawn more often than they occur."""

    def __init__(self, annotated: list[Record], others: list[list[Record]], noise, seed: int, rare: float = 0.55):
        self.annotated, self.others, self.rare = annotated, others, rare
        self.rng = np.random.default_rng(seed)
        self.augment = Augment(noise)
        self.where = {
            code: [(r, r.times[r.symbols == code]) for r in annotated if np.sum(r.symbols == code) > 0]
            for code in CONDITIONS
        }
        self.blocks = [r for group in others for r in group if r.throughout]

    def _draw(self) -> tuple[Record, float]:
        rng = self.rng
        kind = rng.random()
        if kind < 0.06 and self.blocks:
            return self.blocks[rng.integers(len(self.blocks))], 0.0
        if kind < 0.22 and self.others:
            group = self.others[rng.integers(len(self.others))]
            r = group[rng.integers(len(group))]
            return r, rng.uniform(0, max(0.0, r.signal.shape[1] / RATE - SECONDS))
        if rng.random() < self.rare:
            code = rng.choice([c for c in CONDITIONS if self.where[c]], p=self._weights())
            r, at = self.where[code][rng.integers(len(self.where[code]))]
            start = at[rng.integers(len(at))] - rng.uniform(0, SECONDS)
        else:
            r = self.annotated[rng.integers(len(self.annotated))]
            start = rng.uniform(0, r.signal.shape[1] / RATE)
        return r, float(np.clip(start, 0, r.signal.shape[1] / RATE - 13))

    def _weights(self) -> np.ndarray:
        want = {"V": 0.45, "A": 0.35, "L": 0.1, "R": 0.1}
        w = np.array([want[c] for c in CONDITIONS if self.where[c]])
        return w / w.sum()

    def clip(self) -> Clip:
        record, start = self._draw()
        stretch = 1.0
        if self.rng.random() < 0.4 and record.signal.shape[1] >= 1300:
            stretch = self.rng.uniform(0.8, 1.25)
        x, times = cut(record, start, stretch)
        clip = targets(record, times, stretch, start)
        x, slots = self.augment(x, record.slots, self.rng)
        clip.ecg[slots] = scale(x)
        return clip
