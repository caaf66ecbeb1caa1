"""Atrial flutter and ST shifts, laid over real beats at known places."""

import numpy as np

from .backgrounds import Background, Beat
from .config import RATE


def flutter_gaps(n: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """RR intervals that are whole numbers of flutter waves, and the length of a wave; both in samples."""
    wave = RATE * 60 / rng.uniform(230, 350)
    usual = rng.choice([2, 3, 4, 4])
    if rng.random() < 0.5:
        ratio = np.full(n, usual)
    else:
        ratio = rng.choice([2, 3, 4, 5], n, p=[0.3, 0.25, 0.35, 0.1])
    return np.maximum(ratio * wave, 30), wave


def fluttering(signal: np.ndarray, wave: float, size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """signal [leads, samples] with saw-tooth waves all along."""
    phase = (np.arange(signal.shape[1]) / wave + rng.random()) % 1
    rise = rng.uniform(0.55, 0.85)
    saw = np.where(phase < rise, phase / rise, (1 - phase) / (1 - rise)) - 0.5
    soft = np.ones(3) / 3
    saw = np.convolve(saw, soft, "same")
    depth = float(np.max(size)) * rng.uniform(0.08, 0.3) * rng.choice([-1, 1], len(signal)) * rng.uniform(0.2, 1, len(signal))
    return (signal + depth[:, None] * saw).astype(np.float32)


def shifted(beats: list[Beat], bg: Background, rng: np.random.Generator) -> tuple[list[Beat], str, int, int]:
    """Beats whose ST segments rise (STE) or sink (STD) from beat `first` to beat `last`; changed in copies."""
    name = "STE" if rng.random() < 0.5 else "STD"
    sign = 1 if name == "STE" else -1
    first = int(rng.integers(-len(beats) // 2, len(beats) - 4))
    last = first + int(rng.integers(6, len(beats) + 6))
    first, last = max(first, 0), min(last, len(beats) - 1)
    # 0.1 mV is where guidelines begin; and what one sees beside the QRS complex.
    height = np.maximum(0.1, bg.size * rng.uniform(0.1, 0.45)) * rng.uniform(0.6, 1.4)
    height = sign * np.maximum(height, 0.1) * rng.choice([1.0, 0.4], len(bg.slots), p=[0.75, 0.25])
    slope, offset = rng.uniform(-0.6, 0.6), int(rng.integers(4, 7))
    out = list(beats)
    for i in range(first, last + 1):
        b = out[i]
        if b.symbol not in "NA":
            continue
        wave, start = b.wave.copy(), b.peak + offset
        n = min(int(0.38 * b.rr), wave.shape[1] - start)
        if n < 8:
            continue
        t = np.linspace(0, 1, n)
        form = np.clip(t / 0.08, 0, 1) * (1 + slope * (t - 0.3)) * np.where(t < 0.6, 1, 0.5 + 0.5 * np.cos(np.pi * (t - 0.6) / 0.4))
        wave[:, start : start + n] += height[:, None] * form
        out[i] = Beat(wave, b.peak, b.symbol, b.rr)
    return out, name, first, last
