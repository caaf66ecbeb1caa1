"""Dense maps: [kinds, frames], how sure each condition's spans and each beat class are every 50 ms, doubt at one half.

The encoder makes them, and the language model puts them into words: a span is
where its condition's row is above one half.
"""

import numpy as np
import torch

from .anyecg.record import Record
from .config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, EPISODES, FRAMES, OFFERED, SEGMENT
from .config import RATE as SAMPLES
from .facts import PACED, RHYTHMS, SPAN, beats
from .rules import intervals, patterns

KINDS = len(CONDITIONS) + len(BEAT_CLASSES)
HZ = 20  # frames a second
SECONDS = SEGMENT / SAMPLES


def found(prob: np.ndarray) -> dict[str, list[tuple[float, float]]]:
    """The spans (seconds) of every condition; they begin and end in the middle of a frame."""
    out = {}
    second = lambda frame: 0.0 if frame == 0 else 10.0 if frame == FRAMES else round(frame / HZ + 0.025, 1)
    for i, code in enumerate(CONDITIONS):
        on = np.flatnonzero(np.diff(np.concatenate([[0], prob[i] >= 0.5, [0]]).astype(int))).reshape(-1, 2)
        out[code] = [(second(a), second(b)) for a, b in on if b - a >= SPAN]
    return out


def record(prob: np.ndarray, **known) -> Record:
    """What maps [segments, kinds, frames] of one ECG hold, as if someone had annotated it; known: age, sex, …"""
    b = beats(torch.from_numpy(prob))
    times, symbols, episodes = [], [], {c: [] for c in OFFERED if c not in BEAT_CONDITIONS}
    rhythms = []
    for i, one in enumerate(prob):
        begin, spans = i * SECONDS, found(one)
        here = b.there[i].numpy()
        times.append(begin + (b.time[i].numpy()[here] + 0.5) / HZ)
        kinds = b.kind[i].numpy()[here]
        symbols += [BEAT_CONDITIONS[k] if k >= 0 else "N" for k in kinds]
        paced = 2 * (kinds == PACED).sum() >= max(len(kinds), 1)
        named = sorted((s, e, c) for c in RHYTHMS for s, e in spans[c])
        last = 0.0
        for s, e, c in [*named, (SECONDS, SECONDS, "")]:
            if s > last:
                rhythms.append((begin + last, begin + s, "P" if paced else "N"))
            if c:
                rhythms.append((begin + s, begin + e, c))
            last = max(last, e)
        for c, of in episodes.items():
            of += [(begin + s, begin + e) for s, e in spans[c]]
    return Record(
        "", "maps", "", HZ, SECONDS * len(prob), np.concatenate(times), np.array(symbols, dtype="<U1"), tuple(rhythms), episodes, **known
    )


def bumps(at: np.ndarray, height: np.ndarray) -> np.ndarray:
    row = np.zeros(FRAMES + 2)
    for step, part in ((0, 0.4), (2, 0.4), (1, 1.0)):
        row[at + step] = np.maximum(row[at + step], height * part)
    return row[1:-1]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def arranged(rng: np.random.Generator, n: int) -> np.ndarray:
    """Which of n beats are of which kind [kinds, n]: single ones, all of them, runs, and every second or third."""
    share = rng.choice([0.0, 0.08, 0.2, 0.5, 1.0], len(BEAT_CONDITIONS), p=[0.62, 0.17, 0.1, 0.06, 0.05])
    hot = rng.random((len(BEAT_CONDITIONS), n)) < share[:, None]
    while n and rng.random() < 0.4:
        kind = rng.choice(len(BEAT_CONDITIONS), p=[0.7, 0.2, 0.02, 0.02, 0.04, 0.02])
        begin, length = int(rng.integers(n)), int(rng.integers(2, 12))
        hot[kind, begin : begin + length] = False
        hot[kind, begin : begin + length : rng.choice([1, 2, 3])] = True
    return hot


def mask(rng: np.random.Generator, full: float, part: float) -> np.ndarray:
    """Zeros, ones, or a stretch of the other."""
    out = np.full(FRAMES, float(rng.random() < full))
    if rng.random() < part:
        a, b = np.sort(rng.integers(0, FRAMES, 2))
        out[a:b] = 1 - out[a:b]
    return out


def made(rng: np.random.Generator) -> np.ndarray:
    """A made-up map with every degree of doubt, from which a reader learns what maps say."""
    out = np.zeros((KINDS, FRAMES), np.float32)
    usual = rng.uniform(7, 26) if rng.random() < 0.5 else 1200 / rng.uniform(45, 180)
    gaps = usual * rng.uniform(0.55, 1.3, FRAMES) if rng.random() < 0.6 else usual * rng.uniform(0.95, 1.05, FRAMES)
    if rng.random() < 0.15:
        gaps[rng.integers(8)] = rng.uniform(40, 90)
    at = np.cumsum(np.maximum(gaps, 5)).astype(int) - int(rng.integers(5, 40))
    at = at[(at >= 0) & (at < FRAMES)]
    out[-1] = bumps(at, np.full(len(at), rng.uniform(0.5, 0.95)))
    cold, healthy = rng.normal(-4, 1.5), rng.random() < 0.15
    hot = arranged(rng, len(at)) & (not healthy)
    sure = np.zeros((len(BEAT_CONDITIONS), FRAMES), np.float32)
    for i, row in enumerate(hot):
        logit = np.where(row, rng.normal(1.5, rng.choice([0.5, 2.0]), len(at)), rng.normal(cold, 1, len(at)))
        sure[i] = bumps(at, sigmoid(logit))
    out[len(CONDITIONS) : len(CONDITIONS) + len(BEAT_CONDITIONS)] = sure
    both = torch.from_numpy(sure[None]), torch.from_numpy(out[None, -1])
    out[: len(BEAT_CONDITIONS)] = intervals(*both)[0].numpy()
    for i in range(len(BEAT_CONDITIONS), len(BEAT_CONDITIONS) + len(EPISODES)):
        drift = np.interp(np.arange(FRAMES), np.linspace(0, FRAMES, 9), rng.normal(0, 1, 9))
        on = mask(rng, 0.1 * (not healthy), 0.18 * (not healthy))
        out[i] = sigmoid((2 * on - 1) * rng.uniform(1, 7) + drift * rng.uniform(0, 2))
    rows = slice(len(BEAT_CONDITIONS) + len(EPISODES), len(CONDITIONS))
    out[rows] = patterns(*both)[0].numpy()
    if not healthy and rng.random() < 0.3:
        row = int(rng.integers(rows.start, rows.stop))
        out[row] = np.maximum(out[row], mask(rng, 0.1, 0.8) * rng.uniform(0.5, 1))
    return out
