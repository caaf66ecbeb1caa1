"""Draws training clips: signal, dense targets, and what may be asked of them."""

import dataclasses

import numpy as np

from .augment import Augment
from .config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, FRAMES, LEADS, RATE, SEGMENT
from .localization import spans, within
from .records import Record
from .sources import Sources

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
        if times is not None and code in BEAT_CONDITIONS:
            clip.found[code] = spans(times, record.symbols, code, 0.0, SECONDS)
        elif code in record.episodes:
            if code == "AFIB" and episodes(record, "AFL", start, stretch):
                continue  # flutter goes over into fibrillation and back
            clip.found[code] = episodes(record, code, start, stretch)
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
        for code in record.absent.intersection(BEAT_CONDITIONS):
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


def episodes(record: Record, name: str, start: float, stretch: float) -> list[tuple[float, float]]:
    return within([((a - start) * stretch, (b - start) * stretch) for a, b in record.episodes.get(name, [])], 0.0, SECONDS)


class Sampler:
    """Clips of every source; people weigh alike, abnormal stretches are drawn more often than they occur."""

    # Shares of the clips; what is left comes from the annotated records at their natural prevalence.
    THROUGHOUT = {"L": 0.025, "R": 0.025, "AFIB": 0.04, "ST": 0.05}  # recordings known to hold a condition all along
    OTHERS = 0.15
    RARE = 0.4  # share of the annotated records' clips that lie around an abnormal beat

    def __init__(self, sources: Sources, seed: int):
        self.sources, self.rng = sources, np.random.default_rng(seed)
        self.augment = Augment(sources.noise)
        self.where = {
            code: [(r, r.times[r.symbols == code]) for r in sources.annotated if np.sum(r.symbols == code) > 0]
            for code in BEAT_CONDITIONS
        }
        self.throughout = {
            code: people([r for group in sources.others for r in group if code in r.throughout]) for code in self.THROUGHOUT
        }
        self.others = [people(group) for group in sources.others if group]

    def _draw(self) -> tuple[Record, float]:
        rng, share = self.rng, self.rng.random()
        for code, part in self.THROUGHOUT.items():
            share -= part
            if share < 0 and self.throughout[code]:
                return self._somewhere(self.throughout[code])
        share -= self.OTHERS
        if share < 0 and self.others:
            return self._somewhere(self.others[rng.integers(len(self.others))])
        share -= self.sources.synthetic
        if share < 0 and self.sources.rhythms:
            signal, slots, times, symbols = self.sources.rhythms.draw(rng)
            return Record("synthetic", "", signal, slots, times, symbols), rng.uniform(0, 1)
        if rng.random() < self.RARE and any(self.where.values()):
            code = rng.choice([c for c in BEAT_CONDITIONS if self.where[c]], p=self._weights())
            r, at = self.where[code][rng.integers(len(self.where[code]))]
            start = at[rng.integers(len(at))] - rng.uniform(0, SECONDS)
        else:
            r = self.sources.annotated[rng.integers(len(self.sources.annotated))]
            start = rng.uniform(0, r.signal.shape[1] / RATE)
        return r, float(np.clip(start, 0, r.signal.shape[1] / RATE - 13))

    def _somewhere(self, group: list[list[Record]]) -> tuple[Record, float]:
        person = group[self.rng.integers(len(group))]
        r = person[self.rng.integers(len(person))]
        return r, self.rng.uniform(0, max(0.0, r.signal.shape[1] / RATE - SECONDS))

    def _weights(self) -> np.ndarray:
        want = {"V": 0.45, "A": 0.35, "L": 0.1, "R": 0.1}
        w = np.array([want[c] for c in BEAT_CONDITIONS if self.where[c]])
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


def people(records: list[Record]) -> list[list[Record]]:
    """The records of each person."""
    out: dict[str, list[Record]] = {}
    for r in records:
        out.setdefault(r.person, []).append(r)
    return list(out.values())
