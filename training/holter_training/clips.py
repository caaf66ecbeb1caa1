"""Draws training clips: signal, dense targets, and what may be asked of them."""

import dataclasses

import numpy as np

from .augment import Augment
from .config import BEAT_CLASSES, BEAT_CONDITIONS, EPISODES, FRAMES, LEADS, RATE, SEGMENT
from .localization import spans, within
from .records import Record, scale
from .sources import Sources

SECONDS = SEGMENT / RATE
SPANS = BEAT_CONDITIONS + EPISODES
SYMBOL_CLASS = {"V": "V", "A": "A", "L": "L", "R": "R", "F": "F", "/": "/", "S": "S", "a": "S", "J": "S"}


@dataclasses.dataclass
class Clip:
    ecg: np.ndarray  # [12, 1000], scaled
    spans: np.ndarray  # [SPANS, frames] 0 or 1
    beats: np.ndarray  # [classes, frames] 0 to 1
    span_known: np.ndarray  # [SPANS] 0 or 1
    beat_known: np.ndarray  # [classes] 0 or 1
    found: dict[str, list[tuple[float, float]]]  # answers, for the conditions that are known


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
        np.zeros((len(SPANS), FRAMES), np.float32),
        np.zeros((len(BEAT_CLASSES), FRAMES), np.float32),
        np.zeros(len(SPANS), np.float32),
        np.zeros(len(BEAT_CLASSES), np.float32),
        {},
    )
    for i, code in enumerate(SPANS):
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
            sure = np.zeros((len(record.beats), len(BEAT_CLASSES))) if record.sure is None else record.sure
            clip.beat_known[slice(None) if record.sure is not None else -1] = 1
            for t, row in zip((record.beats - start) * stretch, sure):
                if 0 <= t < SECONDS:
                    clip.beats[:, int(t * 20)] = row
                    clip.beats[-1, int(t * 20)] = 1
            for code in record.absent.intersection(BEAT_CONDITIONS):
                clip.beats[BEAT_CLASSES.index(code)] = 0
    # A beat lights its two neighbours half, so that a peak between frames costs little.
    wide = np.maximum(np.roll(clip.beats, 1, -1), np.roll(clip.beats, -1, -1)) * 0.5
    clip.beats = np.maximum(clip.beats, wide)
    return clip


def episodes(record: Record, name: str, start: float, stretch: float) -> list[tuple[float, float]]:
    return within([((a - start) * stretch, (b - start) * stretch) for a, b in record.episodes.get(name, [])], 0.0, SECONDS)


class Sampler:
    """Clips of every source; people weigh alike, abnormal stretches are drawn more often than they occur."""

    # Shares of the clips; what is left comes from the annotated records at their natural prevalence.
    THROUGHOUT = {"L": 0.02, "R": 0.02, "/": 0.01, "AFIB": 0.04, "AFL": 0.01, "ST": 0.03}  # held all along
    OTHERS = 0.3  # most of them home recordings of normal rhythm: what a premature beat is not
    ECTOPIC = 0.15  # around beats that a teacher holds abnormal, in recordings that nobody annotated
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
        sizes = np.sqrt([len(group) for group in self.others])
        self.weights = sizes / sizes.sum()
        self.ectopic = [[(r, at) for r in group if len(at := ectopic(r))] for group in sources.others]
        self.ectopic = [group for group in self.ectopic if group]

    def _draw(self) -> tuple[Record, float]:
        rng, share = self.rng, self.rng.random()
        for code, part in self.THROUGHOUT.items():
            share -= part if self.throughout[code] else 0
            if share < 0:
                return self._somewhere(self.throughout[code])
        share -= self.OTHERS if self.others else 0
        if share < 0:
            return self._somewhere(self.others[rng.choice(len(self.others), p=self.weights)])
        share -= self.ECTOPIC if self.ectopic else 0
        if share < 0:
            group = self.ectopic[rng.integers(len(self.ectopic))]
            r, at = group[rng.integers(len(group))]
            start = at[rng.integers(len(at))] - rng.uniform(0, SECONDS)
            return r, float(np.clip(start, 0, max(0.0, r.signal.shape[1] / RATE - SECONDS)))
        share -= self.sources.synthetic if self.sources.rhythms else 0
        if share < 0:
            return self.sources.rhythms.draw(rng), rng.uniform(0, 1)
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
        want = {"V": 0.42, "A": 0.33, "L": 0.09, "R": 0.09, "F": 0.04, "/": 0.03}
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


def ectopic(r: Record) -> np.ndarray:
    """Seconds of the beats that a teacher holds premature."""
    if r.sure is None:
        return np.empty(0)
    kinds = [BEAT_CLASSES.index(c) for c in ("V", "A", "F") if c not in r.absent]
    return r.beats[r.sure[:, kinds].max(1, initial=0) > 0.6]


def people(records: list[Record]) -> list[list[Record]]:
    """The records of each person."""
    out: dict[str, list[Record]] = {}
    for r in records:
        out.setdefault(r.person, []).append(r)
    return list(out.values())
