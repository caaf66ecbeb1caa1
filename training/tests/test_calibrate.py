"""Confidences become shares of right answers."""

import json

import numpy as np
import pytest

from holter_training import calibrate


def answers(n: int, seed: int) -> np.ndarray:
    """Confidences that are surer than they are right: of p, only sigmoid(logit(p) / 2 - 1) are."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.05, 0.95, n)
    right = rng.random(n) < 1 / (1 + np.exp(-(0.5 * np.log(p / (1 - p)) - 1)))
    return np.stack([p, right, np.ones(n)], 1)


def test_the_fit_finds_what_the_confidences_were_made_with():
    found = calibrate.fit(answers(20000, 0))
    assert found["slope"] == pytest.approx(0.5, abs=0.05)
    assert found["offset"] == pytest.approx(-1, abs=0.05)


def test_calibrated_confidences_err_less():
    rows = answers(20000, 1)
    better = np.stack([calibrate.apply(calibrate.fit(answers(20000, 2)), rows[:, 0]), rows[:, 1], rows[:, 2]], 1)
    assert calibrate.error(rows) > 0.2
    assert calibrate.error(better) < 0.02


def test_a_calibration_that_strangers_do_not_share_is_not_applied():
    too_sure, too_shy = answers(4000, 3), answers(4000, 4)
    rng = np.random.default_rng(5)
    too_shy[:, 1] = rng.random(4000) < too_shy[:, 0] ** 0.3
    nothing = np.empty((0, 3))
    folds = [{"V": {"found": rows, "nothing": nothing}} for rows in (too_sure, too_shy)]
    result = calibrate.calibrated(folds, "V")
    assert result["found"] == result["nothing"] == {"slope": 1.0, "offset": 0.0}
    assert result["ece"]["calibrated"] == result["ece"]["raw"] > 0
    alike = [{"V": {"found": answers(4000, seed), "nothing": nothing}} for seed in (6, 7)]
    result = calibrate.calibrated(alike, "V")
    assert result["found"]["slope"] < 0.6
    assert result["ece"]["calibrated"] < result["ece"]["raw"] / 4


def test_the_error_of_known_bins():
    rows = np.array([[0.9, 1, 1], [0.9, 1, 1], [0.9, 0, 1], [0.9, 0, 1], [0.1, 0, 1], [0.1, 0, 1]])
    assert calibrate.error(rows) == pytest.approx((4 * 0.4 + 2 * 0.1) / 6)
    rows[4:, 2] = 2
    assert calibrate.error(rows) == pytest.approx((4 * 0.4 + 4 * 0.1) / 8)


def test_answers_are_read_by_what_they_say(tmp_path):
    lines = [
        ("Duration: 1.0s-3.0s", "Duration: 1.0s-2.5s", 0.8),
        ("Duration: 1.0s-3.0s", "No Premature ventricular contraction Found", 0.7),
        ("No Premature ventricular contraction Found", "No Premature ventricular contraction Found", 0.6),
    ]
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps({"abnormal_type": "V", "answer": a, "prediction": p, "confidence": c}) for a, p, c in lines))
    rows = calibrate.read([file])["V"]
    # Two of three clips hold one: they weigh half together, as does the third.
    np.testing.assert_allclose(rows["found"], [[0.8, 1, 0.75]])
    np.testing.assert_allclose(rows["nothing"], [[0.7, 0, 0.75], [0.6, 1, 1.5]])
