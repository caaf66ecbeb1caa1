import numpy as np
import pytest

from holter_training import localization as loc

TIMES = np.array([0.5, 1.3, 1.9, 3.1, 3.9, 4.4, 5.6, 6.1, 7.3, 8.1])
SYMBOLS = np.array(list("NNVNNVNVNN"))


def test_span_runs_from_the_previous_beat_to_the_next():
    assert loc.spans(TIMES, SYMBOLS, "V", 0, 10) == [(1.3, 3.1), (3.9, 7.3)]


def test_spans_are_clipped_to_the_clip_and_counted_from_its_start():
    assert loc.spans(TIMES, SYMBOLS, "V", 1.5, 5.0) == [(0.0, 1.6), (2.4, 3.5)]


def test_absent_kind():
    assert loc.answer("A", loc.spans(TIMES, SYMBOLS, "A", 0, 10)) == "No Atrial premature beat Found"


@pytest.mark.parametrize(
    "truth, prediction, score",
    [
        ("No X Found", "No X Found", 1.0),
        ("No X Found", "Duration: 1.0s-2.0s", 0.0),
        ("Duration: 1.0s-3.0s", "Duration: 2.0s-4.0s", 1 / 3),
        ("Duration: 1.0s-3.0s", "Duration: 1.0s-3.0s, 1.0s-3.0s", 1.0),
        ("Duration: 1.0s-3.0s", "Duration: somewhere", 0.0),
    ],
)
def test_iou(truth, prediction, score):
    assert loc.iou(truth, prediction) == pytest.approx(score)


def test_answers_are_read_back():
    spans = [(1.9, 3.1), (6.8, 8.1)]
    assert loc.answer("V", spans) == "Duration: 1.9s-3.1s, 6.8s-8.1s"
    assert loc.parse(loc.answer("V", spans)) == spans
    assert loc.parse("Duration: 1.9s to 3.1s") is None
