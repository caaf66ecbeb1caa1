"""Trains a very small model on a made-up recording, exports it and answers a file of questions."""

from pathlib import Path

import dataclasses

import numpy as np
import pytest
import torch
from made import RATE, make_record

from holter_training import config, evaluate, export, loop, records, tokenizer, train
from holter_training.anyecg import evaluation


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "mitdb").mkdir()
    for i in range(3):
        make_record(folder / "mitdb", f"9{i}0", i)
    return folder


SMALL = config.ModelConfig(stem=32, encoder=64, encoder_layers=1, encoder_heads=4, hidden=48, layers=1, heads=4, kv_heads=2, mlp=96)


def test_records_are_read_at_100_hz_with_their_beats(data):
    found = records.mitdb(data / "mitdb")
    assert [r.name for r in found] == ["900", "910", "920"]
    for r in found:
        assert r.slots == [1, 6]
        assert r.signal.shape == (2, 4 * 60 * 100)
        assert (r.symbols == "V").sum() > 10
        peaks = np.abs(r.signal[0, np.round(r.times * 100).astype(int)])
        assert np.median(peaks) > 0.8


SETTINGS = config.TrainConfig(reports_steps=2, words_steps=3, reader_steps=4, dense_steps=4, taught_steps=4, text_steps=4, batch=4, warmup=2, checkpoint_every=2, threads=1)


def test_training_goes_on_where_it_was_stopped_and_the_export_equals_pytorch(data, tmp_path, monkeypatch):
    run, left = tmp_path / "run", [12]
    learn = loop.Phase.learn

    def stopped(phase, loss):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        learn(phase, loss)

    monkeypatch.setattr(loop.Phase, "learn", stopped)
    with pytest.raises(KeyboardInterrupt):
        train.train(data, run, SMALL, SETTINGS, set())
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    assert (state["phase"], state["step"], state["done"]) == ("dense", 2, ["reports", "words", "reader"])
    left[0] = 5  # two steps of dense, and three of the four of taught
    with pytest.raises(KeyboardInterrupt):
        train.train(data, run, SMALL, SETTINGS, set())
    teacher = torch.load(run / "teacher/checkpoint.pt", weights_only=True)
    assert teacher["done"] == ["reports", "words", "reader", "dense"]
    left[0] = 6  # two steps of taught and four of text are to be done
    train.train(data, run, SMALL, SETTINGS, set())
    assert left[0] == 0
    assert torch.load(run / "checkpoint.pt", weights_only=True)["done"] == ["reports", "words", "reader", "dense", "taught", "text"]
    again = torch.load(run / "teacher/checkpoint.pt", weights_only=True)
    assert all(torch.equal(again["model"][k], v) for k, v in teacher["model"].items())
    train.train(data, run, SMALL, SETTINGS, set())  # nothing is left to do
    assert left[0] == 0
    model, tok = evaluate.load(run)
    out = tmp_path / "model"
    out.mkdir()
    export.graphs(model, out)
    assert export.check(model, tok, out) < export.TOLERANCE


def test_a_short_training_finds_in_a_stranger_what_saying_no_does_not(data, tmp_path):
    settings = dataclasses.replace(SETTINGS, dense_steps=250, taught_steps=0, batch=16, warmup=20, average=0.98, checkpoint_every=1000)
    train.train(data, tmp_path / "run", SMALL, settings, {"920"})
    tests = evaluation.localization(data / "mitdb", ["920"], ["V"], long=False, wanted=20, seed=1)
    result = evaluate.evaluate(tmp_path / "run", data / "mitdb", tests, "all")["macro"]
    assert result["dense"] > result["always No"] + 0.3


def test_a_reader_is_taken_from_another_run_as_it_is(data, tmp_path):
    only = dataclasses.replace(SETTINGS, dense_steps=0, taught_steps=0, text_steps=0)
    train.train(data, tmp_path / "reader", SMALL, only, set())
    train.train(data, tmp_path / "taker", SMALL, dataclasses.replace(SETTINGS, text_steps=0), set(), tmp_path / "reader")
    theirs, ours = (torch.load(tmp_path / x / "checkpoint.pt", weights_only=True)["model"] for x in ("reader", "taker"))
    for name in ours:
        assert torch.equal(ours[name], theirs[name]) == name.startswith(train.READER) or name == "encoder.cls"


def test_questions_hold_both_answers_and_are_within_the_record(data):
    tests = evaluation.localization(data / "mitdb", ["900"], config.BEAT_CONDITIONS, long=False, wanted=8, seed=1)
    about_v = [t["answer"] for t in tests if t["abnormal_type"] == "V"]
    assert any(a.startswith("Duration: ") for a in about_v)
    assert all(0 <= t["ecg_start"] < t["ecg_end"] <= 4 * 60 * RATE for t in tests)
    assert all(t["ecg_end"] - t["ecg_start"] == 10 * RATE for t in tests)


def test_a_time_is_two_tokens():
    tok = tokenizer.build()
    pieces = [tok.decode([i]) for i in tok.encode("Duration: 1.9s-13.1s, 6.8s-8.1s").ids]
    assert pieces == ["Duration", ":", " 1", ".9", "s-", "13", ".1", "s,", " 6", ".8", "s-", "8", ".1", "s"]


def test_any_text_is_encoded_without_loss():
    tok = tokenizer.build()
    for text in ["Où est l'ESV ?", "心电图", "a\n\n b\t", "1234.567s"]:
        assert tok.decode(tok.encode(text).ids) == text
