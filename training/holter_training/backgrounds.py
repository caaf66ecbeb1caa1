"""Stretches of one kind of beat, cut into beats: what synthetic rhythms are made of."""

import dataclasses

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt
from tqdm import tqdm

from .config import RATE
from .records import Record

BAND = butter(2, [5, 20], "bandpass", fs=RATE, output="sos")


@dataclasses.dataclass
class Beat:
    wave: np.ndarray  # [leads, samples], from before the P wave to the next beat's
    peak: int  # sample of the R peak in it
    symbol: str
    rr: float  # samples to the next R peak


@dataclasses.dataclass
class Background:
    person: str
    slots: list[int]
    beats: list[Beat]
    size: np.ndarray  # [leads] range of the QRS complexes
    noise: np.ndarray  # [leads] deviation between beats
    level: bool = False  # known to have no ST deviation


def peaks(signal: np.ndarray) -> np.ndarray:
    """R peaks by the energy of all leads between 5 and 20 Hz; for regular, clean recordings only."""
    band = sosfiltfilt(BAND, signal, axis=-1)
    band /= np.std(band, axis=-1, keepdims=True) + 1e-6
    energy = np.convolve(np.sum(band**2, 0), np.ones(8) / 8, "same")
    top = np.percentile(energy, 97)
    at, _ = find_peaks(energy, height=top * 0.3, distance=25)
    around = np.abs(band).sum(0)
    return np.array([a - 6 + np.argmax(around[max(a - 6, 0) : a + 7]) + max(6 - a, 0) for a in at])


def cut(record: Record, at: np.ndarray, symbols: np.ndarray) -> Background | None:
    """The beats at samples `at`; None unless they are regular and alike, so that no ectopic beat hides there."""
    rr = np.diff(at)
    if len(at) < 8 or not 40 < np.median(rr) < 160 or np.any(np.abs(rr / np.median(rr) - 1) > 0.2):
        return None
    inside = [(i, r) for i, r in enumerate(at) if r >= 12 and r + 18 < record.signal.shape[1]]
    shapes = np.stack([record.signal[:, r - 12 : r + 18] for _, r in inside])
    shapes = shapes - shapes.mean(-1, keepdims=True)
    usual = np.median(shapes, 0)
    like = (shapes * usual).sum((1, 2)) / (np.linalg.norm(shapes.reshape(len(shapes), -1), axis=1) * np.linalg.norm(usual) + 1e-9)
    if np.min(like) < 0.85:
        return None
    beats = []
    pre = int(min(0.3 * RATE, 0.36 * np.median(rr)))
    for i in range(1, len(at) - 1):
        if at[i] >= pre:
            wave = record.signal[:, at[i] - pre : at[i + 1] - pre]
            beats.append(Beat(wave, pre, symbols[i], at[i + 1] - at[i]))
    size = np.ptp(usual, -1)
    ends = np.stack([np.diff(b.wave[:, -12:], axis=-1) for b in beats])
    return Background(record.person, record.slots, beats, size, np.std(ends, (0, 2)) / np.sqrt(2), {"STE", "STD"} <= record.absent)


def stretches(record: Record, kinds: str = "NLR", seconds: int = 20) -> list[Background]:
    """Stretches of an annotated record that hold nothing but beats of one kind."""
    out = []
    at = np.round(record.times * RATE).astype(int)
    for start in range(0, int(record.times[-1]), seconds):
        a, b = np.searchsorted(record.times, [start, start + seconds])
        if len(set(record.symbols[a:b])) == 1 and record.symbols[a] in kinds:
            found = cut(record, at[a:b], record.symbols[a:b])
            if found:
                out.append(found)
    return out


def unannotated(records: list[Record]) -> list[Background]:
    """Recordings whose beats are all normal, or all of a bundle branch block."""
    out = []
    for r in tqdm(records, desc="find beats", unit="record"):
        block = r.throughout & {"L", "R"}
        if not block and not r.absent >= {"L", "R", "V", "A"}:
            continue
        length = r.signal.shape[1]
        for start in range(0, length - 900, 2000):
            part = dataclasses.replace(r, signal=r.signal[:, start : start + 2000])
            at = peaks(part.signal)
            symbol = next(iter(block), "N")
            found = cut(part, at, np.full(len(at), symbol))
            if found:
                out.append(found)
    return out
