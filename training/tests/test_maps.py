"""Dense maps and the interval rule on them; synthetic rhythms and blocks."""

import dataclasses

import numpy as np
import torch

from holter_training import localization, maps
from holter_training.backgrounds import cut
from holter_training.blocks import blocked
from holter_training.config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, FRAMES, LEADS
from holter_training.records import Record
from holter_training.rhythms import Rhythms
from holter_training.rules import intervals


def dense(frames: list[int], symbols: str) -> np.ndarray:
    """What a perfect encoder gives for beats at these frames."""
    out = np.zeros((maps.KINDS, FRAMES), np.float32)
    for at, symbol in zip(frames, symbols):
        out[-1, at] = 0.9
        if symbol in BEAT_CONDITIONS:
            out[len(CONDITIONS) + BEAT_CLASSES.index(symbol), at] = 0.9
    return out


def test_intervals_on_a_map_are_the_interval_rule_on_beats():
    rng = np.random.default_rng(1)
    for _ in range(200):
        frames = np.cumsum(rng.integers(5, 30, 30))
        frames = frames[frames < FRAMES]
        symbols = "".join(rng.choice(list("NVA"), len(frames)))
        prob = dense(frames, symbols)
        sure = torch.from_numpy(prob[len(CONDITIONS) : len(CONDITIONS) + len(BEAT_CONDITIONS)])
        rows = intervals(sure[None], torch.from_numpy(prob[None, -1]))[0].numpy()
        prob[: len(BEAT_CONDITIONS)] = rows
        found = maps.found(prob)
        times = frames / maps.HZ + 0.025
        for code in BEAT_CONDITIONS:
            assert found[code] == localization.spans(times, np.array(list(symbols)), code, 0.0, 10.0)


def test_made_maps_are_probabilities_and_hold_spans_of_every_condition():
    rng = np.random.default_rng(1)
    made = np.stack([maps.made(rng) for _ in range(200)])
    assert made.shape == (200, maps.KINDS, FRAMES)
    assert made.min() >= 0 and made.max() <= 1
    seen = {code for m in made for code, spans in maps.found(m).items() if spans}
    assert seen == set(CONDITIONS)


def regular(leads: list[str]) -> Record:
    """A minute of narrow beats, 0.8 s apart."""
    n, at = 6000, np.arange(50, 5900, 80)
    t = np.arange(n)
    wave = sum(np.exp(-0.5 * ((t - a) / 1.5) ** 2) + 0.1 * np.exp(-0.5 * ((t - a + 16) / 3) ** 2) for a in at)
    signal = np.stack([wave] * len(leads)).astype(np.float32)
    return Record("r", "r", signal, [LEADS.index(x) for x in leads], at / 100, np.full(len(at), "N"))


def test_a_synthetic_rhythm_has_its_beats_where_it_says():
    record = regular(["II", "V1"])
    background = cut(record, np.round(record.times * 100).astype(int), record.symbols)
    rhythms = Rhythms([[background]], [])
    rng = np.random.default_rng(1)
    seen, flutter = set(), False
    for _ in range(150):
        drawn = rhythms.draw(rng)
        signal, times, symbols = drawn.signal, drawn.times, drawn.symbols
        assert drawn.slots == [1, 6] and signal.shape[0] == 2 and signal.shape[1] >= 1000
        assert len(times) == len(symbols) and np.all(np.diff(times) > 0.15)
        seen |= set(symbols)
        if set(symbols) == {"N"} and not drawn.episodes.get("AFL"):
            peaks = signal[0, np.round(times[:-1] * 100).astype(int)]
            assert np.median(peaks) > 0.7
        flutter |= bool(drawn.episodes.get("AFL"))
    assert seen == {"N", "V", "A", "L", "R", "F", "/"} and flutter


def test_a_right_block_ends_towards_v1_and_away_from_i():
    record = regular(["I", "V1"])
    background = cut(record, np.round(record.times * 100).astype(int), record.symbols)
    rng = np.random.default_rng(1)
    change = {}
    for code in "LR":
        late = []
        for _ in range(40):
            beats = blocked(background, code, rng).beats
            assert {b.symbol for b in beats} == {code}
            late.append(np.mean([b.wave[:, b.peak + 7] - o.wave[:, o.peak + 7] for b, o in zip(beats, background.beats)], 0))
        change[code] = np.mean(late, 0)
    assert change["R"][1] > 0.1 > -0.05 > change["R"][0]
    assert change["L"][1] < -0.1 < 0.05 < change["L"][0]


def test_a_shifted_st_segment_lies_where_the_episode_says():
    record = dataclasses.replace(regular(["II", "V1"]), absent=frozenset({"STE", "STD", "ST"}))
    background = cut(record, np.round(record.times * 100).astype(int), record.symbols)
    rhythms = Rhythms([[background]], [])
    rng = np.random.default_rng(1)
    level = {"STE": [], "STD": [], "none": []}
    for _ in range(200):
        drawn = rhythms.draw(rng)
        if set(drawn.symbols) != {"N"} or "STE" not in drawn.episodes:
            continue
        for t in drawn.times[1:-1]:
            at = round(t * 100)
            name = next((k for k in ("STE", "STD") if any(a <= t < b for a, b in drawn.episodes[k])), "none")
            level[name].append(drawn.signal[0, at + 14] - drawn.signal[0, at - 8])
    assert min(level["STE"]) > 0.02 and max(level["STD"]) < -0.02
    assert np.max(np.abs(level["none"])) < 0.02
    assert all(len(v) > 20 for v in level.values())
