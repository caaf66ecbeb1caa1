"""The rival is trained for a few steps on made-up recordings and answers a file of questions."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from made import RATE, make_record

from holter_training import localization, rival
from holter_training.anyecg import evaluation
from holter_training.config import BEAT_CONDITIONS, CONDITIONS, DENSE, EPISODES, FRAME, FRAMES, PATTERNS, SEGMENT, TrainConfig
from holter_training.unet import Sizes, UNet, masks, windows

SMALL = Sizes(widths=[16, 24, 32], kernel=5)
SETTINGS = TrainConfig(dense_steps=150, batch=16, warmup=10, average=0.98, checkpoint_every=100, threads=1, synthetic=0.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rival")
    (folder / "mitdb").mkdir()
    for i in range(3):
        make_record(folder / "mitdb", f"9{i}0", i)
    rival.train(folder, folder / "run", SMALL, SETTINGS, {"920"})
    return folder


def test_training_lowers_the_loss(trained):
    losses = [json.loads(line)["loss"] for line in (trained / "run/log.jsonl").read_text().splitlines()]
    assert np.mean(losses[-2:]) < 0.5 * losses[0]


@pytest.mark.parametrize("long", [False, True])
def test_answers_of_a_stranger_are_better_than_saying_no(trained, tmp_path, long):
    tests = evaluation.localization(trained / "mitdb", ["920"], ["V", "A"], long, 10, seed=1)
    (tmp_path / "tests.json").write_text(json.dumps(tests))
    command = f"answer --run {trained}/run --tests {tmp_path}/tests.json --records {trained}/mitdb --leads second --out {tmp_path}/out.jsonl"
    rival.main(command.split())
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [{k: line[k] for k in t} for t, line in zip(tests, lines, strict=True)] == tests
    for line in lines:
        length = (line["ecg_end"] - line["ecg_start"]) / RATE
        spans = localization.parse(line["prediction"])
        assert spans == [] or all(0 <= a < b <= length + 0.06 for a, b in spans)
        assert 0 <= line["confidence"] <= 1
    of = [t for t in lines if t["abnormal_type"] == "V"]
    mean = lambda said: np.mean([localization.iou(t["answer"], said(t)) for t in of])
    assert mean(lambda t: t["prediction"]) > mean(lambda t: localization.answer("V", [])) + 0.2


def test_masks_of_patterns_follow_from_the_beats():
    told, frames = len(BEAT_CONDITIONS) + len(EPISODES), np.arange(10, 190, 16)
    want = torch.zeros(2, DENSE, FRAMES)
    want[:, -1, frames] = 1
    want[:, told + BEAT_CONDITIONS.index("V"), frames[1::2]] = 1  # bigeminy
    known = torch.ones(2, DENSE)
    known[1, -1] = 0
    got = rival.targets({"want": want, "known": known})
    assert got["want"].shape == (2, len(CONDITIONS), FRAMES)
    row = got["want"][0, CONDITIONS.index("B")]
    assert row[frames[1] : frames[-1]].all() and not row[: frames[1]].any()
    assert not got["want"][0, CONDITIONS.index("VT")].any()
    assert got["known"].shape == (2, len(CONDITIONS)) and got["known"][0].all()
    assert got["known"][1].tolist() == [1] * told + [0] * len(PATTERNS)


def test_unknown_kinds_and_unfinished_runs_are_named(trained, tmp_path):
    with pytest.raises(SystemExit, match="the rival knows .*, not S"):
        rival.answers(trained / "run", [{"abnormal_type": "S"}], trained / "mitdb", "all")
    state = torch.load(trained / "run/checkpoint.pt", weights_only=True)
    torch.save(state | {"done": []}, tmp_path / "checkpoint.pt")
    with pytest.raises(SystemExit, match="is not over"):
        rival.load(tmp_path)


@pytest.mark.parametrize("samples", [400, SEGMENT, 2740, 3000])
def test_windows_cover_a_clip_of_any_length(samples):
    clip = np.cumsum(np.random.default_rng(1).normal(size=(1, samples)), -1)
    x, starts = windows(clip, [1])
    covered = np.zeros(samples)
    for w, a in zip(x, starts):
        part = clip[0, a : a + SEGMENT]
        covered[a : a + SEGMENT] += 1
        assert np.corrcoef(w[1, : len(part)], part)[0, 1] > 0.999
        assert np.ptp(w[1, : len(part)]) == pytest.approx(2)
        assert not w[0].any() and not w[1, len(part) :].any()
    assert covered.min() == 1
    prob = masks(UNet(SMALL).eval(), clip, [1])
    assert prob.shape == (len(CONDITIONS), -(-samples // FRAME))
    assert (0 < prob).all() and (prob < 1).all()


def test_a_mask_is_put_into_words():
    row = np.zeros(FRAMES)
    row[20:44], row[100:103], row[150:] = 0.8, 0.9, 0.6
    text, sure = rival.answer(row, "V", 10.0)
    assert text == "Duration: 1.0s-2.2s, 7.5s-10.0s"
    assert sure == pytest.approx((24 * 0.8 + 50 * 0.6) / 74)
    assert rival.answer(np.full(FRAMES, 0.3), "V", 10.0) == ("No Premature ventricular contraction Found", 0.7)


def test_more_levels_than_frames_can_be_halved_are_refused():
    with pytest.raises(ValueError, match="give fewer widths"):
        UNet(dataclasses.replace(SMALL, widths=[8] * 6))
