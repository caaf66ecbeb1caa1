"""Dense maps: [kinds, frames], how sure each condition's spans and each beat class are every 50 ms.

The encoder makes them, and the language model puts them into words: a span is
where its condition's row is above one half.
"""

import numpy as np

from .config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, FRAMES

KINDS = len(CONDITIONS) + len(BEAT_CLASSES)
HZ = 20  # frames a second
SHORT = 4  # frames that are no span


def found(prob: np.ndarray) -> dict[str, list[tuple[float, float]]]:
    """The spans (seconds) of every condition; they begin and end in the middle of a frame."""
    out = {}
    second = lambda frame: 0.0 if frame == 0 else 10.0 if frame == FRAMES else round(frame / HZ + 0.025, 1)
    for i, code in enumerate(CONDITIONS):
        on = np.flatnonzero(np.diff(np.concatenate([[0], prob[i] >= 0.5, [0]]).astype(int))).reshape(-1, 2)
        out[code] = [(second(a), second(b)) for a, b in on if b - a > SHORT]
    return out


def bumps(beats: np.ndarray, height: np.ndarray) -> np.ndarray:
    row = np.zeros(FRAMES + 2)
    for step, part in ((0, 0.4), (2, 0.4), (1, 1.0)):
        row[beats + step] = np.maximum(row[beats + step], height * part)
    return row[1:-1]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def made(rng: np.random.Generator) -> np.ndarray:
    """A made-up map with every degree of doubt, from which a reader learns what maps say."""
    out = np.zeros((KINDS, FRAMES), np.float32)
    usual = rng.uniform(7, 26)
    gaps = usual * rng.uniform(0.55, 1.3, FRAMES) if rng.random() < 0.7 else np.full(FRAMES, usual)
    beats = np.cumsum(np.maximum(gaps, 5)).astype(int) - int(rng.integers(5, 40))
    beats = beats[(beats >= 0) & (beats < FRAMES)]
    out[-1] = bumps(beats, np.full(len(beats), rng.uniform(0.5, 0.95)))
    which = np.searchsorted(beats, np.arange(FRAMES), side="right")  # of the beat after
    cold = rng.normal(-4, 1.5)
    for i in range(len(BEAT_CONDITIONS)):
        share = rng.choice([0.0, 0.08, 0.2, 0.5, 1.0], p=[0.4, 0.25, 0.2, 0.1, 0.05])
        hot = rng.random(len(beats)) < share
        logit = np.where(hot, rng.normal(1.5, rng.choice([0.5, 2.0]), len(beats)), rng.normal(cold, 1, len(beats)))
        sure = sigmoid(np.concatenate([[-9.0], logit, [-9.0]]))
        out[i] = np.maximum(sure[which], sure[which + 1])
        out[len(CONDITIONS) + i] = bumps(beats, sure[1:-1] * 0.6)
    for i in range(len(BEAT_CONDITIONS), len(CONDITIONS)):
        mask = np.full(FRAMES, float(rng.random() < 0.2))
        if rng.random() < 0.3:
            a, b = np.sort(rng.integers(0, FRAMES, 2))
            mask[a:b] = 1 - mask[a:b]
        drift = np.interp(np.arange(FRAMES), np.linspace(0, FRAMES, 9), rng.normal(0, 1, 9))
        out[i] = sigmoid((2 * mask - 1) * rng.uniform(1, 7) + drift * rng.uniform(0, 2))
    return out
