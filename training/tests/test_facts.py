"""What is counted on a map is what its annotation says, in the graph that is shipped too."""

from itertools import groupby

import numpy as np
import onnxruntime
import pytest
import torch

from holter_training import facts, maps
from holter_training.anyecg.record import Clip
from holter_training.config import BEAT_CONDITIONS, FACTS, OFFERED

LENGTHS = 7 * 5  # bins of the order of the rhythms


@pytest.fixture(scope="module")
def made() -> np.ndarray:
    rng = np.random.default_rng(4)
    return np.stack([maps.made(rng) for _ in range(250)])


def clips(made: np.ndarray) -> list[Clip]:
    return [Clip(maps.record(one[None]), 0.0, 10.0) for one in made]


def test_rate_and_counts_are_those_of_the_annotation(made):
    told = facts.facts(torch.from_numpy(made))
    assert told.shape == (len(made), FACTS, facts.BINS)
    rates = set()
    for clip, rows in zip(clips(made), told):
        rate, symbols = clip.rate(), clip.beats()
        tens, units, whole = rows[0].split([23, 10, facts.BINS - 33])
        if rate is None:
            assert rows[0].nonzero().flatten().tolist() == [0]
        else:  # halves are rounded up or down
            told = 10 * tens.argmax().item() + units.argmax().item()
            assert abs(told - 60 / np.diff(clip.record.times).mean()) < 0.501
            assert whole.argmax() == np.clip(told - facts.SLOWEST, 0, len(whole) - 1) and rows[0].sum() == 3
        counts = [symbols.count(code) for code in BEAT_CONDITIONS]
        assert rows[1:7, :-1].argmax(-1).tolist() == counts
        assert rows[1:7, -1].tolist() == [n > 0 and 2 * n >= len(symbols) for n in counts]
        runs = [len(list(g)) for s, g in groupby(symbols) if s == "V"]
        long = [n for n in runs if n > 2] + [0, 0]
        premature, couplets, first, second = (r.argmax().item() for r in rows[7].split([64, 16, 56, 56]))
        assert (premature, couplets, first, second) == (symbols.count("V") + symbols.count("A"), runs.count(2), *long[:2])
        rates.add(rate)
    assert None in rates and len(rates) > 50


def test_rhythms_are_told_in_the_order_in_which_they_begin(made):
    told, lengths = facts.facts(torch.from_numpy(made)), set()
    for clip, rows in zip(clips(made), told):
        names = ["P" if rows[8, LENGTHS] else "N", *facts.RHYTHMS]
        rank = rows[8, :LENGTHS].view(7, 5).argmax(-1).tolist()
        starts = {name: a for a, b, name in reversed(clip.record.rhythms) if b - a >= 1}
        border = any(abs(b - a - 1) < 0.06 for a, b, _ in clip.record.rhythms)  # a second, give or take a frame
        if not border and len(set(starts.values())) == len(starts) and max(rank) < 4:
            assert [name for _, name in sorted((r, n) for r, n in zip(rank, names) if r)] == clip.rhythms()
            lengths.add(len(starts))
    assert lengths >= {1, 2, 3}


def test_what_is_there_is_what_questions_are_answered_with(made):
    told = facts.facts(torch.from_numpy(made))[:, 9]
    for clip, row in zip(clips(made), told):
        known = clip.known()
        assert {c: bool(x) for c, x in zip(OFFERED, row)} == {c: known[c] for c in OFFERED}


def test_an_empty_map_tells_nothing():
    rows = facts.facts(torch.zeros(1, maps.KINDS, 200))[0]
    assert rows[0, 0] == 1 and rows[9].sum() == 0
    assert rows[1:8].argmax(-1).sum() == 0


def test_a_moment_between_two_frames_is_told():
    seen = torch.zeros(1, maps.KINDS, 200)
    seen[0, -1, 49:52] = torch.tensor([0.5, 0.8, 0.7])
    b = facts.beats(seen)
    assert b.there[0].nonzero().flatten().tolist() == [50]
    assert b.time[0, 50] == pytest.approx(50.25, abs=0.01)


def test_the_exported_graph_counts_the_same(made, tmp_path):
    class Graph(torch.nn.Module):
        def forward(self, seen):
            return facts.facts(seen)

    seen = torch.from_numpy(made)
    torch.onnx.export(
        Graph(), (seen[:2],), str(tmp_path / "f.onnx"), dynamo=False, opset_version=17, input_names=["seen"], dynamic_axes={"seen": {0: "n"}}
    )
    run = onnxruntime.InferenceSession(str(tmp_path / "f.onnx"), providers=["CPUExecutionProvider"]).run
    for n in (1, 250):
        np.testing.assert_array_equal(run(None, {"seen": made[:n]})[0], facts.facts(seen[:n]).numpy())
