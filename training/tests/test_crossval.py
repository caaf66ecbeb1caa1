"""What becomes of the output of `holter eval` and `holter score`."""

import pytest

from holter_training import card, crossval

ROW = {
    "kind": "V",
    "all": {"questions": 3, "iou": 0.5},
    "present": {"questions": 3, "iou": 0.5},
    "absent": {"questions": 0, "iou": 0},
    "always_no": 0.0,
    "best_span": {"answer": "Duration: 0.0s-1.0s", "iou": 0.2},
}
CALIBRATION = {"task": "localization", "questions": 3, "confidence": 0.9, "right": 0.5, "expected_calibration_error": 0.4, "bins": []}
MACRO = {"iou": 0.5, "present": 0.5, "absent": 0, "always_no": 0.0, "best_span": 0.2}


def test_table():
    other = ROW | {"kind": "A", "all": {"questions": 3, "iou": 0.7}, "present": {"questions": 0, "iou": 0}}
    rare = other | {"kind": "F", "all": {"questions": 3, "iou": 0.1}}
    t = crossval.table({"kinds": [ROW, other, rare], "macro": MACRO, "micro": MACRO, "calibration": [{"kind": "V", **CALIBRATION}, CALIBRATION]})
    assert {k: t["kinds"][k] for k in ("V", "V present")} == {k: {"n": 3, "iou": 0.5, "always_no": 0.0} for k in ("V", "V present")}
    assert t["kinds"].keys() == {"V", "V present", "A", "F"}
    assert t["macro"] == {"iou": pytest.approx(0.6), "always_no": 0.0}  # over V, A, L and R
    assert [c["kind"] for c in t["calibration"]] == ["V", "all"]
    rows = card.calibration_rows({"short-all": t, "long-all": {"kinds": {}}}).splitlines()
    assert rows[-1] == "| 10 s, both leads | all | 3 | 0.900 | 0.500 | 0.400 |"


def test_shares():
    assert card.share({"part": 1, "of": 4}) == "25.0 % of 4"
    assert card.share({"part": 0, "of": 0}) == "–"
    assert card.share({"part_s": 2.5, "of_s": 10.0}) == "25.0 %"
    assert card.share({"mean": 0.25, "records": 3}) == "25.0 %"
    assert card.share({"mean": 0, "records": 0}) == "–"
    assert card.share(None) == "–"


def test_beats_and_episodes():
    score = {m: {"part": 1, "of": 2} for m in ("sensitivity", "positive_predictivity")}
    beats = [{"record": "119", "veb": score, "sveb": score}, {"record": "gross", "veb": score | {"f1": {"part": 3, "of": 4}}, "sveb": score}]
    rows = card.beat_rows({"beats": beats}).splitlines()
    assert rows[2] == "| 119 | 50.0 % of 2 | 50.0 % of 2 | – | 50.0 % of 2 | 50.0 % of 2 | – |"
    assert rows[3] == "| gross | 50.0 % of 2 | 50.0 % of 2 | 75.0 % of 4 | 50.0 % of 2 | 50.0 % of 2 | – |"
    episode = {"kind": "AFIB", **score, "duration": {m: {"part_s": 1.0, "of_s": 4.0} for m in score}}
    rows = card.episode_rows({"episodes": {"gross": [episode], "average": None}}).splitlines()
    assert rows[2] == "| AFIB | gross | 50.0 % of 2 | 50.0 % of 2 | 25.0 % | 25.0 % |"
    assert len(card.episode_rows({}).splitlines()) == 2
