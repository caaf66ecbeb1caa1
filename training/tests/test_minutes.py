"""Recordings of other databases, as far as they are read, and how whole recordings are scored."""

import numpy as np
import pytest

from holter_training import minutes, records


@pytest.fixture
def data(tmp_path):
    (tmp_path / "cinc2017").mkdir()
    (tmp_path / "ltstdb50").mkdir()
    np.savez(
        tmp_path / "cinc2017/cinc2017.npz",
        signal=np.arange(4200, dtype=np.int16),
        length=[1000, 1200, 900, 1100],
        label=["N", "A", "A", "~"],
        record=["A00001", "A00002", "A00003", "A00007"],
    )
    for name in ("s20011", "s20021"):
        signal = np.tile(np.arange(3000, dtype=np.int16), (2, 1))
        np.savez(tmp_path / f"ltstdb50/{name}.npz", signal_uV=signal, label=["st", "normal"], fs=50)
    return tmp_path


def test_home_recordings_say_what_their_label_says(data):
    file = data / "cinc2017/cinc2017.npz"
    (normal,) = records.cinc2017(file, "N")
    assert normal.absent == {*"VALRF/", "AFIB", "AFL"} and not normal.throughout
    (fibrillation,) = records.cinc2017(file, "A")  # the other one is shorter than 10 s
    assert fibrillation.throughout == {"AFIB"}
    assert fibrillation.signal[0, 0] == pytest.approx(1.0)  # mV, after the 1000 samples before it
    assert records.cinc2017(file, "A", leave_out={"cinc2017.2"}) == []
    assert [r.name for r in records.cinc2017(file, "~", keep={"cinc2017.2"})] == ["A00007"]


def test_fifths_of_the_healthy_subjects_are_left_out(tmp_path):
    np.savez(tmp_path / "leadI.npz", adc=np.arange(6 * 2 * 1250).reshape(6, 2, 1250), rpeak=np.zeros((6, 2, 1250), bool))
    people = lambda **which: sorted({r.person for r in records.lead_i(tmp_path / "leadI.npz", **which)})
    assert people(leave_out={"leadI.0"}) == ["leadI1", "leadI2", "leadI3", "leadI4"]
    assert people(keep={"leadI.0", "101"}) == ["leadI0", "leadI5"]


def test_minutes_of_the_long_term_st_database_come_to_100_hz(data):
    found = records.ltstdb(data / "ltstdb50", "st", leave_out={"s2001"})
    assert [(r.person, r.signal.shape, r.throughout) for r in found] == [("s2002", (1, 6000), {"ST"})]


def test_left_out_recordings_are_those_that_training_leaves_out(data, monkeypatch):
    assert "ST" not in minutes.left_out(data, {"cinc2017.2", "s2001"})  # which the model is taught to decline
    monkeypatch.setattr(minutes, "OFFERED", ["AFIB", "ST"])
    groups = minutes.left_out(data, {"cinc2017.2", "s2001"})
    assert [(r.name, holds) for r, holds in groups["AFIB"]] == [("A00002", True), ("A00007", False)]
    assert [(r.person, holds) for r, holds in groups["ST"]] == [("s2001", True), ("s2001", False)]


def line(holds: bool, prediction: str, confidence: float = 0.9) -> dict:
    answer = "Duration: 0.0s-10.0s" if holds else "No Atrial fibrillation Found"
    return {"answer": answer, "prediction": prediction, "confidence": confidence, "ecg_end": 1000}


def test_score():
    none = "No Atrial fibrillation Found"
    result = minutes.score(
        [
            line(True, "Duration: 0.0s-10.0s"),
            line(True, "Duration: 0.0s-4.0s"),  # less than half: not found, but above the others
            line(False, "Duration: 1.0s-10.0s"),
            line(False, none),
            line(False, none, 0.6),
        ]
    )
    assert (result["sensitivity"], result["positive_predictivity"], result["f1"]) == (0.5, 0.5, 0.5)
    assert result["auc"] == pytest.approx(5 / 6)
