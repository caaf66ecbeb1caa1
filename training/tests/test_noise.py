"""Calibrated noise on records, labels of the noisy stretches, and labels per hour."""

import sys

import numpy as np
import pytest
import wfdb

from holter_training import noise, nst
from holter_training.records import Record

RATE = nst.RATE
HEIGHTS = np.array([[1.6], [0.5]])  # mV, of the beats in the two leads
SECONDS = 720


def save(folder, name, signal, at, symbols):
    kind = dict(fs=RATE, units=["mV"] * 2, sig_name=["MLII", "V1"], fmt=["16"] * 2, write_dir=str(folder))
    wfdb.wrsamp(name, p_signal=signal.T, **kind)
    wfdb.wrann(name, "atr", np.array(at), symbol=symbols, fs=RATE, write_dir=str(folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Record 900: triangles as beats; every tenth, much higher one is no normal beat. And what nstdb would hold."""
    out, rng = tmp_path_factory.mktemp("noise"), np.random.default_rng(1)
    at = np.arange(RATE, (SECONDS - 1) * RATE, int(0.8 * RATE))
    symbols = ["V" if i % 10 == 9 else "N" for i in range(len(at))]
    wave, signal = 1 - np.abs(np.linspace(-1, 1, 31)), np.zeros((2, SECONDS * RATE))
    for i, s in zip(at, symbols):
        signal[:, i - 15 : i + 16] += wave * HEIGHTS * (3 if s == "V" else 1)
    save(out, "900", signal, at, symbols)
    disturbance = rng.normal(0, [[0.3], [0.1]], signal.shape)
    for snr, gain in ((-6, 1.0), (24, 0.03)):
        noisy = signal.copy()
        for a, b in nst.stretches(SECONDS):
            noisy[:, int(a * RATE) : int(b * RATE)] += gain * disturbance[:, int(a * RATE) : int(b * RATE)]
        save(out, nst.name("118", snr), noisy, at, symbols)
    return out


def test_noise_lies_in_alternate_two_minutes_from_minute_five():
    assert nst.stretches(1000) == [(300, 420), (540, 660), (780, 900)]
    assert nst.stretches(600) == [(300, 420), (540, 600)]
    assert [nst.name("118", snr) for snr in nst.LEVELS] == ["118e24", "118e18", "118e12", "118e06", "118e00", "118e_6"]


@pytest.mark.parametrize("snr", [24, 0, -6])
def test_the_ratio_is_the_one_asked_for(folder, tmp_path, snr):
    made = nst.write(folder / "900", nst.motion(folder), snr, tmp_path)
    clean, noisy = (wfdb.rdsamp(str(p))[0].T for p in (folder / "900", made))
    added = noisy - clean
    power = HEIGHTS[:, 0] ** 2 / 8  # of the normal beats; the premature ones are three times as high
    for a, b in nst.stretches(SECONDS):
        part = added[:, int(a * RATE) : int(b * RATE)]
        assert 10 * np.log10(power / part.var(-1)) == pytest.approx([snr, snr], abs=0.1)
    assert np.abs(added[:, : 300 * RATE]).max() < 0.001
    assert np.ptp(added[:, 421 * RATE : 539 * RATE], axis=-1).max() < 0.001  # the level stays where the noise left it
    assert noise.measured(folder / "900", made) == pytest.approx([snr, snr], abs=0.1)
    assert wfdb.rdann(str(made), "atr").symbol == wfdb.rdann(str(folder / "900"), "atr").symbol


def test_a_record_that_cannot_take_the_noise_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no normal beat"):
        nst.beat_amplitude(np.zeros((1, 4000)), np.array([3]), RATE)
    wfdb.wrsamp("slow", fs=250, units=["mV"], sig_name=["I"], p_signal=np.ones((900, 1)), fmt=["16"], write_dir=str(tmp_path))
    with pytest.raises(ValueError, match="sampled at 250 Hz, the noise at 360"):
        nst.write(tmp_path / "slow", [], 6, tmp_path)


def test_only_beats_of_the_noisy_stretches_are_kept(folder, tmp_path):
    note = wfdb.rdann(str(folder / "900"), "atr")
    late = note.sample + 40  # labels a tenth of a second after the expert's marks
    wfdb.wrann("900", "hol", late[:-1], symbol=note.symbol[:-1], write_dir=str(tmp_path))
    minutes = noise.noisy_parts([folder / "900"], tmp_path, tmp_path / "parts")
    assert minutes["900"] == pytest.approx(4, abs=0.02)
    expert, label = (wfdb.rdann(str(tmp_path / "parts/900"), kind) for kind in ("atr", "hol"))
    assert (label.sample - expert.sample == 40).all()  # none is parted from its mark at a stretch's end
    assert 280 < len(expert.sample) < 310
    assert wfdb.rdheader(str(tmp_path / "parts/900")).fs == RATE


def test_what_is_no_beat_is_kept(tmp_path):
    wfdb.wrann("r", "atr", np.array([10, 20, 400, 500]), symbol=["+", "[", "N", "V"], aux_note=["(VFL", "", "", ""], write_dir=str(tmp_path))
    (tmp_path / "out").mkdir()
    noise.keep(tmp_path / "r", "atr", tmp_path / "out/r", 100, [(4.5, 6.0)])
    kept = wfdb.rdann(str(tmp_path / "out/r"), "atr")
    assert (kept.symbol, list(kept.sample)) == (["+", "[", "V"], [10, 20, 500])
    assert kept.aux_note[0].startswith("(VFL")


FAKE = """#!{python}
import sys, wfdb, numpy
out = sys.argv[sys.argv.index("--out") + 1]
for path in sys.argv[2 : sys.argv.index("--out")]:
    name = path.split("/")[-1]
    signal, info = wfdb.rdsamp(path)
    assert (info["fs"], info["sig_name"]) == (100, ["I"]), info
    symbols = ["N", "V", "A", "V"] if signal.max() > 1.5 else ["N", "A", "N"]
    wfdb.wrann(name, "hol", 100 * numpy.arange(1, 1 + len(symbols)), symbol=symbols, write_dir=out)
    print(name)
"""


def test_labels_per_hour(tmp_path):
    holter = tmp_path / "holter"
    holter.write_text(FAKE.format(python=sys.executable))
    holter.chmod(0o755)
    wave = np.sin(np.arange(90_000) / 10)[None]
    group = [Record("a", "p", wave * 2, [0]), Record("b", "p", wave, [0])]  # 15 minutes each
    got = noise.false_labels(group, holter, tmp_path, tmp_path / "work")
    assert got == {"recordings": 2, "people": 1, "hours": 0.5, "beats": 7, "veb_per_hour": 4.0, "sveb_per_hour": 4.0, "recordings_with_veb": 1}
    holter.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(SystemExit, match="holter annotate failed.*annotate.log"):
        noise.false_labels(group, holter, tmp_path, tmp_path / "work")


def test_normal_recordings_are_those_left_out(tmp_path):
    (tmp_path / "leadI").mkdir()
    np.savez(tmp_path / "leadI/leadI.npz", adc=np.arange(6 * 2 * 1250).reshape(6, 2, 1250), rpeak=np.zeros((6, 2, 1250), bool))
    found = noise.normal(tmp_path, {"leadI.0", "cinc2017.1"})
    assert [r.name for r in found["leadI"]] == ["leadI0.0", "leadI0.1", "leadI5.0", "leadI5.1"]
    assert noise.normal(tmp_path, {"101"}) == {"leadI": []}
