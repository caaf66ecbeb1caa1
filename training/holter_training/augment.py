"""What a home wearable does to a signal: fewer leads, other electrodes, filters, noise, drift."""

import numpy as np
from scipy.signal import lfilter

from .config import LEADS, RATE, SEGMENT

PAIRS = [(1, 6), (1, 6), (1, 10), (0, 1), (10, 7), (1, 7)]


class Augment:
    def __init__(self, noise: np.ndarray | None):
        self.noise = noise

    def __call__(self, x: np.ndarray, slots: list[int], rng: np.random.Generator) -> tuple[np.ndarray, list[int]]:
        if len(slots) > 2:
            x, slots = few(x, slots, rng)
        if len(slots) == 2 and rng.random() < 0.5:
            x = turned(x, rng)
        if len(slots) == 2 and rng.random() < 0.4:
            keep = rng.integers(2)
            x, slots = x[keep : keep + 1], [slots[keep]]
        if rng.random() < 0.12:
            slots = [int(s) for s in rng.choice(len(LEADS), len(slots), replace=False)]
        if rng.random() < 0.2:
            x = x * rng.choice([-1.0, 1.0], len(slots))[:, None]
        if rng.random() < 0.35:
            x = filtered(x, rng)
        return self.disturbed(x, rng), slots

    def disturbed(self, x: np.ndarray, rng) -> np.ndarray:
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
        if rng.random() < 0.05:
            a = rng.integers(SEGMENT - 200)
            x[:, a : a + rng.integers(20, 150)] = x[:, a : a + 1]
        if rng.random() < 0.08:
            x += size * transient(len(x), rng)
        if rng.random() < 0.04:
            high = np.percentile(x, 99.5, -1, keepdims=True) - rng.uniform(0, 0.4) * size
            x = np.minimum(x, high)
        return x


def few(x, slots, rng):
    """Two of many leads, mostly of those that are worn at home."""
    want = PAIRS[rng.integers(len(PAIRS))] if rng.random() < 0.7 else tuple(rng.choice(slots, 2, replace=False))
    at = [slots.index(s) for s in want]
    return x[at], [slots[i] for i in at]


def turned(x, rng):
    """The two leads seen from elsewhere: what the same heart looks like under other electrodes."""
    if rng.random() < 0.35:
        return x + rng.uniform(-0.35, 0.35, 2)[:, None] * x[::-1]
    size = np.std(x, -1, keepdims=True) + 1e-3
    mix = rng.normal(0, 1, (2, 2))
    mix /= np.linalg.norm(mix, axis=1, keepdims=True)
    return (mix @ (x / size)) * size


def filtered(x, rng):
    """Another front end: a monitor's high-pass or low-pass filter, or a random short response."""
    kind = rng.random()
    if kind < 0.3:
        k = int(rng.integers(2, 6))
        return lfilter(np.ones(k) / k, 1, x, axis=-1)
    if kind < 0.6:
        a = np.exp(-2 * np.pi * rng.uniform(0.3, 3.0) / RATE)
        return lfilter([1, -1], [1, -a], x - x[:, :1], axis=-1)
    taps = rng.normal(0, 0.35, int(rng.integers(3, 11)))
    taps[0] = 1
    return lfilter(taps, 1, x - x[:, :1], axis=-1)


def transient(leads, rng):
    """An electrode that is touched: a jump many times as large as the ECG, which the front end lets die away."""
    a = rng.integers(-100, SEGMENT - 50)
    t = np.arange(SEGMENT) - a
    decay = np.where(t >= 0, np.exp(-np.maximum(t, 0) / rng.uniform(5, 120)), 0)
    if rng.random() < 0.5:
        decay *= np.cos(2 * np.pi * t / rng.uniform(30, 300))
    return rng.uniform(1, 8) * rng.normal(0, 1, (leads, 1)) * decay
