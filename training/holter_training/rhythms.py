"""Synthetic rhythms from real beats: a person's own beats, set to another rhythm, with ectopic beats between them.

Few people of the annotated records have premature beats, and no two have the
same. Here every recording of normal beats becomes one with premature beats at
known places, and also one with an irregular rhythm that holds none.
"""

import numpy as np

from .overlays import flutter_gaps, fluttering, shifted
from .backgrounds import Background, Beat
from .blocks import blocked, paced
from .config import RATE, SEGMENT
from .records import Record

PATTERNS = {"none": 0.12, "arrhythmia": 0.08, "fibrillation": 0.06, "flutter": 0.05, "V": 0.33, "A": 0.25, "both": 0.11}
BLOCKED, PACED = 0.2, 0.05  # shares of normal backgrounds that are given a bundle branch block, a pacemaker
SHIFTED = 0.5  # share of those known to have a level ST segment that are given a shift
MARGIN = 300  # samples more than a clip needs


class Rhythms:
    """Draws recordings [leads, samples] with the times and symbols of their beats."""

    def __init__(self, backgrounds: list[list[Background]], donors: list[tuple[str, np.ndarray]]):
        """backgrounds in groups that are drawn alike; donors: premature ventricular beats [leads, 70], R peak at 15."""
        self.backgrounds = [[b for b in group] for group in backgrounds if group]
        self.people: dict[str, list[np.ndarray]] = {}
        for person, wave in donors:
            self.people.setdefault(person, []).append(wave)

    def draw(self, rng: np.random.Generator) -> Record:
        group = self.backgrounds[rng.integers(len(self.backgrounds))]
        bg = group[rng.integers(len(group))]
        if bg.beats[0].symbol == "N" and rng.random() < BLOCKED:
            bg = blocked(bg, "LR"[rng.integers(2)], rng)
        elif bg.beats[0].symbol == "N" and rng.random() < PACED:
            bg = paced(bg, rng)
        pattern = rng.choice(list(PATTERNS), p=list(PATTERNS.values()))
        beats, gaps = self._sinus(bg, pattern, rng)
        if pattern == "flutter":
            gaps, wave = flutter_gaps(len(beats), rng)
        out, rr = self._ectopic(bg, beats, gaps, pattern, rng)
        shift = None
        if bg.level and rng.random() < SHIFTED:
            out, *shift = shifted(out, bg, rng)
        signal, times = render(out, rr, bg, rng)
        episodes: dict[str, list[tuple[float, float]]] = {}
        if pattern == "flutter":
            signal = fluttering(signal, wave, bg.size, rng)
            episodes["AFL"] = [(0.0, signal.shape[1] / RATE)]
        elif pattern != "fibrillation":
            episodes |= {"AFIB": [], "AFL": []}
        if bg.level and pattern not in ("flutter", "fibrillation"):
            episodes |= {"STE": [], "STD": [], "ST": []}
            if shift:
                name, first, last = shift
                end = times[last + 1] if last + 1 < len(times) else signal.shape[1] / RATE
                episodes[name] = episodes["ST"] = [(times[first], end)]
        return Record("synthetic", "", signal, bg.slots, times, np.array([b.symbol for b in out]), episodes=episodes)

    def _ectopic(self, bg: Background, beats: list[Beat], gaps: np.ndarray, pattern: str, rng) -> tuple[list[Beat], list[float]]:
        """The beats with ectopic ones between them, and the distance of each to the next."""
        out, rr = [], []
        ventricular = self._ventricular(bg, rng)
        rate = {"V": rng.choice([0.07, 0.15, 0.3, 0.9]), "A": 0.0, "both": 0.12}.get(pattern, 0.0)
        early = {"A": rng.choice([0.08, 0.15, 0.35]), "both": 0.12}.get(pattern, 0.0)
        fused = 0.3 if pattern == "V" and rng.random() < 0.25 else 0.0
        i = 0
        while i < len(beats) - 1:
            out.append(beats[i])
            usual = gaps[i]
            if rng.random() < rate:
                if rng.random() < fused:
                    rr.append(usual * rng.uniform(0.88, 1.0))
                    i += 1
                    out.append(fusion(beats[i], ventricular(rng), rng))
                    rr.append(usual * rng.uniform(0.95, 1.1))
                    i += 1
                    continue
                run = 1 if rng.random() < 0.8 else int(rng.integers(2, 6))
                couple = rng.uniform(0.45, 0.92) if rng.random() < 0.92 else rng.uniform(0.95, 1.25)
                rr.append(max(couple * usual, 28))
                for k in range(run):
                    out.append(ventricular(rng))
                    rr.append(max(rng.uniform(0.42, 0.65) * usual, 26))
                full = max(2 - couple, 0.75)
                rr[-1] = usual * (full if rng.random() < 0.6 else rng.uniform(0.85, 1.2))
            elif rng.random() < early and i + 2 < len(beats):
                run = 1 if rng.random() < 0.85 else int(rng.integers(2, 6))
                couple = rng.uniform(0.5, 0.88)
                rr.append(max(couple * usual, 28))
                for _ in range(run):
                    i += 1
                    out.append(premature(beats[min(i, len(beats) - 1)], rng))
                    rr.append(max(rng.uniform(0.5, 0.75) * usual, 28))
                rr[-1] = usual * rng.uniform(0.98, 1.4)
            else:
                rr.append(usual)
            i += 1
        return out, rr

    def _sinus(self, bg: Background, pattern: str, rng) -> tuple[list[Beat], np.ndarray]:
        """The person's beats in their order, over and over, until they fill a clip; and the gaps between them."""
        mean = np.mean([b.rr for b in bg.beats])
        n = int((SEGMENT + MARGIN) / mean * 1.3) + 6
        first = rng.integers(len(bg.beats))
        beats = [bg.beats[(first + i) % len(bg.beats)] for i in range(n)]
        gaps = np.array([b.rr for b in beats], float)
        if rng.random() < 0.5:  # another heart rate
            gaps *= np.clip(rng.uniform(0.75, 1.3), 45 / mean, 150 / mean)
        if pattern in ("fibrillation", "flutter"):
            beats = [without_p(b, rng) for b in beats]
        if pattern == "fibrillation":
            gaps = np.clip(np.mean(gaps) * rng.lognormal(0, rng.uniform(0.12, 0.28), n), 32, 220)
        elif pattern == "arrhythmia" or rng.random() < 0.25:
            depth = rng.uniform(0.03, 0.14) if pattern != "arrhythmia" else rng.uniform(0.1, 0.22)
            gaps *= 1 + depth * np.sin(np.arange(n) * rng.uniform(0.8, 2.2) + rng.uniform(0, 6.3))
        return beats, gaps

    def _ventricular(self, bg: Background, rng):
        """One person's premature ventricular beats: all alike, but for small differences."""
        leads = len(bg.slots)
        scale = max(float(np.max(bg.size)), 0.1) * rng.uniform(0.5, 1.5)
        if self.people and rng.random() < 0.5:
            person = rng.choice(list(self.people))
            waves = self.people[person]
            mix = rng.normal(0, 1, (leads, 2))
            mix /= np.linalg.norm(mix, axis=1, keepdims=True)

            def one(rng):
                w = waves[rng.integers(len(waves))]
                w = mix @ (w - w[:, :1]) / (np.ptp(w) + 1e-6) * scale
                return Beat(w, 15, "V", 60)
        else:
            shape = bizarre(leads, rng) * scale

            def one(rng):
                return Beat(shape * rng.normal(1, 0.04), 22, "V", 60)

        return one


def bizarre(leads: int, rng) -> np.ndarray:
    """A wide complex with its T wave the other way: [leads, 75], peak near sample 22, range about 1."""
    t = (np.arange(75) - 22) / RATE
    wide = rng.uniform(0.11, 0.2)
    w = np.zeros((leads, 75))
    axis = rng.choice([-1.0, 1.0], (leads, 1)) * rng.uniform(0.35, 1, (leads, 1))
    for k in range(rng.integers(1, 4)):
        at = 0 if k == 0 else rng.uniform(-wide / 2, wide / 2)
        broad = wide / 4.2 * rng.uniform(0.7, 1.1) if k == 0 else wide / 7 * rng.uniform(0.6, 1.4)
        height = axis if k == 0 else axis * rng.uniform(-0.7, 0.5) + rng.normal(0, 0.2, (leads, 1))
        w += height * np.exp(-0.5 * ((t - at) / broad) ** 2)
    late, broad = rng.uniform(0.24, 0.34), rng.uniform(0.05, 0.09)
    w -= axis * rng.uniform(0.1, 0.6) * np.exp(-0.5 * ((t - late) / broad) ** 2)
    return w / max(np.max(np.ptp(w, axis=-1)), 0.2)


def without_p(b: Beat, rng) -> Beat:
    wave, end = b.wave.copy(), max(b.peak - 6, 1)
    wave[:, :end] = np.linspace(wave[:, 0], wave[:, end], end, axis=-1)
    return Beat(wave, b.peak, b.symbol, b.rr)


def fusion(b: Beat, ventricular: Beat, rng) -> Beat:
    """A beat that sinus node and ventricle make together: something between the two."""
    part = rng.uniform(0.35, 0.65)
    wave, v = b.wave.copy(), ventricular.wave - ventricular.wave[:, :1]
    start = max(b.peak - ventricular.peak, 0)
    n = min(v.shape[1], wave.shape[1] - start)
    level = wave[:, start : start + 1]
    wave[:, start : start + n] = level + (1 - part) * (wave[:, start : start + n] - level) + part * v[:, :n]
    return Beat(wave, b.peak, "F", b.rr)


def premature(b: Beat, rng) -> Beat:
    """A beat of atrial origin: another P wave, the same QRS complex."""
    if rng.random() < 0.3:
        return Beat(b.wave, b.peak, "A", b.rr)
    flat = without_p(b, rng).wave
    return Beat(flat + (b.wave - flat) * rng.uniform(-1.2, 1.5), b.peak, "A", b.rr)


def render(beats: list[Beat], rr: list[float], bg: Background, rng):
    """Beats one after the other at the given distances; what lies between is cut short or held."""
    leads, parts, times, at = len(bg.slots), [], [], 0
    for i, b in enumerate(beats):
        nxt = beats[i + 1] if i + 1 < len(beats) else None
        want = int(rr[i]) + b.peak - (nxt.peak if nxt else 20)
        want = max(want, b.peak + 6)
        part = b.wave[:, :want].copy()
        if part.shape[1] < want:
            level = part[:, -6:].mean(-1, keepdims=True)
            more = level + rng.normal(0, 1, (leads, want - part.shape[1])) * bg.noise[:, None]
            part = np.concatenate([part, more], 1)
        if b.symbol == "V" and parts:
            part = part + parts[-1][:, -1:] - part[:, :1]
        if nxt is not None:
            target = nxt.wave[:, :1] if nxt.symbol != "V" else part[:, -1:]
            ramp = min(16, want - b.peak - 4)
            if ramp > 0:
                part[:, -ramp:] += (target - part[:, -1:]) * np.linspace(0, 1, ramp)
        times.append(at + b.peak)
        parts.append(part)
        at += want
    return np.concatenate(parts, 1).astype(np.float32), np.array(times) / RATE
