"""What was trained, exported: the graphs that pkg/model runs give PyTorch's logits."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from exported import ask
from test_curriculum import begin, short

from holter_training import evaluate, preset
from holter_training import export as shipped_export
from holter_training.curriculum import __main__ as command
from holter_training.curriculum import ecgs, feed, release, samples, setup, stages
from holter_training.curriculum.adapter import Adapted
from holter_training.curriculum.prompt import Writer
from holter_training.paper import export, released
from holter_training.paper.config import LayoutError


def train(t: setup.Training) -> setup.Training:
    for phase in stages.order(t.preset):
        stages.train(t, phase)
    with torch.no_grad():  # a few steps change little: let the adapters matter
        for m in t.run.model.modules():
            if isinstance(m, Adapted):
                m.lora_B.normal_(std=0.3)
    t.run.model.eval()
    return t


def said(command_: str) -> list[str]:
    """The arguments of the command that release tells, with where to write to left open."""
    return command_.split()[3:-2]


@torch.no_grad()
def compare(t: setup.Training, out: Path) -> None:
    """The first logits of an answer about each kind of sample, and about conversations of two turns."""
    for task in samples.TASKS:
        s = samples.read(t.sets, (task,))[1]
        shown = [ecgs.read(t.data, e) for e in s.ecgs]
        turns = [(shown if i == 0 else [], q, a if i < len(s.turns) - 1 else None) for i, (q, a) in enumerate(s.turns)]
        logits, _ = ask(out, turns, 1)
        writer = Writer(t.tok, t.preset.tokens, 2048)
        p = writer.write(s, [1 + (t.preset.encoder.tokens - 1) * len(x) for x in shown])
        first = len(p.ids) - len(writer.text(s.turns[-1][1])) - 1  # of the last answer
        want = t.run.model.logits(feed.batch([(p, shown)]))[0, first - 1].numpy()
        assert want.std() > 0.01
        assert np.abs(logits - want).max() < 1e-3, task


@pytest.mark.parametrize("without", [(), ("lora",)])
def test_a_trained_model_exports_to_the_same_logits(made, tmp_path, without, capsys):
    t = train(begin(made, tmp_path / "run", short(tmp_path), without))
    told = release.write(t, tmp_path / "release")
    assert (tmp_path / "release" / "adapter_model.safetensors").exists() == (not without)
    export.main([*said(told), "--out", str(tmp_path / "model")])
    compare(t, tmp_path / "model")
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert manifest["tokens"]["ecg"] == "<|ecg|>"


def test_a_language_model_from_a_folder_is_frozen_and_not_copied(made, tmp_path):
    """Stages on the Llama that another run has written; half as wide, it stays where it was."""
    first = train(begin(made, tmp_path / "first", short(tmp_path)))
    release.write(first, tmp_path / "release")
    llama = tmp_path / "release" / "llama"
    t = setup.opened(tmp_path / "run", short(tmp_path), *made, weights=llama, device="cpu")
    assert stages.order(t.preset) == ["pretrain", "stage1", "stage2", "stage3"]
    train(t)
    told = release.write(t, tmp_path / "second")
    assert f"--llama {llama}" in told and not (tmp_path / "second" / "llama").exists()
    kept = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["model"]
    assert {t.run.model.part(n) for n in kept} == {"encoder", "connector", "lora", "contrast"}
    again = setup.opened(tmp_path / "run", None, *made, weights=llama, device="cpu")
    assert torch.equal(again.run.model.embed.weight, first.run.model.embed.weight)
    export.main([*said(told), "--out", str(tmp_path / "model")])
    compare(t, tmp_path / "model")
    with pytest.raises(LayoutError, match="give --llama"):
        setup.opened(tmp_path / "run", None, *made, device="cpu")


def test_the_shipped_architecture_goes_through_its_own_export(made, tmp_path):
    t = train(begin(made, tmp_path / "run", short(tmp_path, "default")))
    release.write(t, tmp_path / "release")
    model, tok = evaluate.load(tmp_path / "release")
    (tmp_path / "model").mkdir()
    shipped_export.graphs(model, tmp_path / "model")
    assert shipped_export.check(model, tok, tmp_path / "model") < shipped_export.TOLERANCE
    x = torch.randn(1, 5, 48)
    at = torch.arange(5)[None]
    with torch.no_grad():
        want, got = (m(x, torch.ones_like(at), at)[0] for m in (t.run.model.decoder, model.decoder))
    assert (want - got).abs().max() < 1e-4
    longer = dataclasses.replace(t.preset, llama=dataclasses.replace(t.preset.llama, rope_theta=5e5))
    with pytest.raises(LayoutError, match="rope_theta=500000"):
        release.write(dataclasses.replace(t, preset=longer), tmp_path / "no")


def test_release_by_the_command(made, tmp_path, capsys):
    begin(made, tmp_path / "run", short(tmp_path))
    command.main(["release", "--run", str(tmp_path / "run"), "--out", str(tmp_path / "out")])
    told = capsys.readouterr().out.splitlines()[-1]
    assert told.startswith("python -m holter_training.paper.export --encoder ")
    p = preset.load(tmp_path / "out" / "preset.json")
    got = released.read(tmp_path / "out/ecg_model.pth", tmp_path / "out/projection.pth", tmp_path / "out", tmp_path / "out/llama", p, None)
    assert got.sizes == p.encoder
