"""The rules that make spans of beats, on maps whose beats are known."""

import torch

from holter_training import rules
from holter_training.config import BEAT_CONDITIONS, FRAMES, PATTERNS


def beats(text: str, gap: int = 10, first: int = 6) -> tuple[torch.Tensor, torch.Tensor, list[int]]:
    """Rows of beats every `gap` frames: N normal, V or A surely (0.9) one."""
    sure, qrs = torch.full((1, len(BEAT_CONDITIONS), FRAMES), 0.02), torch.zeros(1, FRAMES)
    at = [first + gap * i for i in range(len(text))]
    for frame, kind in zip(at, text):
        qrs[0, frame] = 0.9
        if kind != "N":
            sure[0, BEAT_CONDITIONS.index(kind), frame] = 0.9
    return sure, qrs, at


def on(row: torch.Tensor) -> list[tuple[int, int]]:
    high = torch.nonzero(torch.diff((row > 0.5).int(), prepend=torch.zeros(1), append=torch.zeros(1))).flatten().tolist()
    return list(zip(high[::2], high[1::2]))


def pattern(name: str, text: str, gap: int = 10) -> tuple[list[tuple[int, int]], list[int]]:
    sure, qrs, at = beats(text, gap)
    return on(rules.patterns(sure, qrs)[0, PATTERNS.index(name)]), at


def test_a_span_runs_from_the_beat_before_to_the_beat_after():
    sure, qrs, at = beats("NNVNNNVVN")
    v = rules.intervals(sure, qrs)[0, BEAT_CONDITIONS.index("V")]
    assert on(v) == [(at[1], at[3]), (at[5], at[8])]


def test_three_fast_ventricular_beats_are_a_tachycardia():
    found, at = pattern("VT", "NNVVVNNVVN")
    assert found == [(at[2], at[5])]


def test_slow_ventricular_beats_are_none():
    assert pattern("VT", "NVVVVN", gap=15)[0] == []


def test_atrial_runs_are_supraventricular():
    found, at = pattern("SVTA", "NNAAAANN")
    assert found == [(at[2], at[6])]
    assert pattern("VT", "NNAAAANN")[0] == []


def test_bigeminy_and_trigeminy():
    found, at = pattern("B", "NNVNVNVNNN")
    assert found == [(at[2], at[7])]
    assert pattern("T", "NNVNVNVNNN")[0] == []
    found, at = pattern("T", "NVNNVNNVNN")
    assert found == [(at[1], at[8])]
    assert pattern("B", "NVNNVNNVNN")[0] == []


def test_two_seconds_without_a_beat_are_a_pause():
    sure, qrs, at = beats("NNNN", gap=12)
    qrs[0, at[3] + 45] = 0.9
    found = on(rules.patterns(sure, qrs)[0, PATTERNS.index("P")])
    assert found == [(at[3], at[3] + 45)]
    qrs[0, at[3] + 20] = 0.1  # perhaps a beat
    assert on(rules.patterns(sure, qrs)[0, PATTERNS.index("P")]) == []


def test_an_empty_map_holds_nothing():
    sure, qrs = torch.zeros(2, len(BEAT_CONDITIONS), FRAMES), torch.zeros(2, FRAMES)
    assert rules.intervals(sure, qrs).max() == 0
    assert rules.patterns(sure, qrs).max() == 0
