"""The paper's training at the tiny size: what each phase trains, resuming, ablations."""

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from holter_training import curves, loop, preset
from holter_training.curriculum import __main__ as command
from holter_training.curriculum import feed, samples, setup, stages
from holter_training.curriculum.prompt import Writer
from holter_training.paper.config import LayoutError, Stem


def short(tmp_path: Path, name: str = "tiny", epochs: float = 0.2, **train) -> Path:
    """The preset with a few steps for every phase."""
    p = preset.load(name)
    phases = {n: preset.Phase(epochs, 8, 2e-3) for n in stages.TRAINED}
    changed = dict(micro=4, precision="fp32", workers=0, threads=1, warmup=1, checkpoint_every=1)
    p = dataclasses.replace(p, train=dataclasses.replace(p.train, **(phases | changed | train)))
    if isinstance(p.encoder, Stem):
        small = dict(hidden_size=48, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=2, head_dim=12)
        p = dataclasses.replace(p, encoder=Stem(stem=16, dim=32, depth=1, heads=2), llama=dataclasses.replace(p.llama, **small))
    file = tmp_path / f"{name}.json"
    file.write_text(preset.dump(p))
    return file


def begin(made, run: Path, file: Path | None, without: tuple[str, ...] = (), **more) -> setup.Training:
    """With the tokenizer that is there, which saves making one."""
    if not run.exists():
        run.mkdir()
        shutil.copy(made[1].parent / "tokenizer.json", run)
    return setup.opened(run, file, *made, without=without, device="cpu", **more)


def weights(t: setup.Training) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in t.run.model.state_dict().items()}


def changed(t: setup.Training, name: str) -> set[str]:
    """The weights that a phase changes, to the bit."""
    before = weights(t)
    stages.train(t, name)
    return {k for k, v in t.run.model.state_dict().items() if not torch.equal(v, before[k])}


def parts(t: setup.Training, names: set[str]) -> set[str]:
    return {t.run.model.part(n) for n in names}


@pytest.mark.parametrize("name", ["tiny", "default"])
def test_every_phase_trains_its_parts_and_nothing_else(made, tmp_path, name):
    t = begin(made, tmp_path / "run", short(tmp_path, name))
    assert stages.order(t.preset) == ["pretrain", "language", "stage1", "stage2", "stage3"]
    for phase in stages.order(t.preset):
        got = changed(t, phase)
        assert parts(t, got) == stages.TRAINED[phase], phase
        silent = {n for n, p in t.run.model.named_parameters() if t.run.model.part(n) in stages.TRAINED[phase]} - got
        # What is not seen is not changed: ids that no text has, a dense head that the [CLS] does not ask.
        assert not silent or phase == "pretrain" and name == "default", silent
    assert t.run.state["done"] == stages.order(t.preset)


def test_a_stopped_run_ends_with_the_same_weights(made, tmp_path, monkeypatch):
    file = short(tmp_path, epochs=0.4)
    whole = begin(made, tmp_path / "whole", file)
    for phase in stages.order(whole.preset):
        stages.train(whole, phase)
    learn, left = loop.Phase.learn, [0]

    def stopped(phase, losses):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        learn(phase, losses)

    monkeypatch.setattr(loop.Phase, "learn", stopped)
    stops = 0
    while True:
        left[0] = 2  # a stop after every second step
        t = begin(made, tmp_path / "parts", file if not stops else None)
        try:
            for phase in stages.order(t.preset):
                stages.train(t, phase)
            break
        except KeyboardInterrupt:
            stops += 1
    assert stops > 3
    want, got = weights(whole), weights(t)
    assert [k for k in want if not torch.equal(want[k], got[k])] == []


@torch.no_grad()
def mean_loss(t: setup.Training, tasks: tuple[str, ...]) -> float:
    """Over every token of the answers to the questions that are trained on."""
    every = samples.read(t.sets, tasks)
    writer = Writer(t.tok, t.preset.tokens, 2048)
    data = feed.Conversations(every, t.data, True, writer, t.preset.encoder.tokens - 1)
    micros = [feed.batch([data[i] for i in range(k, min(k + 8, len(every)))]) for k in range(0, len(every), 8)]
    t.run.model.eval()
    losses = sum(float(t.run.model.loss(b)) for b in micros)
    t.run.model.train()
    return losses / sum(int(b.said.sum()) for b in micros)


@pytest.fixture(scope="module")
def trained(made, tmp_path_factory) -> tuple[Path, dict[str, tuple[float, float]]]:
    """A run in bfloat16, and the loss before and after each of its stages."""
    folder = tmp_path_factory.mktemp("trained")
    epochs = {"pretrain": 15, "language": 5, "stage1": 12, "stage2": 5, "stage3": 4}
    phases = {name: preset.Phase(n, 8, 3e-3) for name, n in epochs.items()}
    t = setup.opened(folder / "run", short(folder, precision="bf16", checkpoint_every=1000, **phases), *made, device="cpu")
    for phase in ("pretrain", "language"):
        stages.train(t, phase)
    found = {}
    for phase in stages.ADDS:
        before = mean_loss(t, stages.tasks(t.preset, phase))
        stages.train(t, phase)
        found[phase] = before, mean_loss(t, stages.tasks(t.preset, phase))
    return t.run.folder, found


def test_every_stage_lowers_the_loss_of_its_tasks(trained):
    run, found = trained
    for phase, less in {"stage1": 0.75, "stage2": 0.98, "stage3": 0.99}.items():
        before, after = found[phase]
        assert after < less * before, (phase, found)
    for phase in ("pretrain", "language"):
        _, losses = curves.read(run / "log.jsonl")[phase]
        assert losses[-1] < 0.7 * losses[0], phase


def test_curves_show_every_phase(trained, tmp_path):
    curves.main(["--run", str(trained[0]), "--out", str(tmp_path / "curves.svg")])
    assert (tmp_path / "curves.svg").stat().st_size > 10_000
    curves.main(["--run", str(trained[0]), "--out", str(tmp_path / "curves.png")])
    assert (tmp_path / "curves.png").read_bytes()[1:4] == b"PNG"
    with pytest.raises(SystemExit, match=r"log\.jsonl"):
        curves.main(["--run", str(tmp_path), "--out", str(tmp_path / "c.svg")])


def test_a_phase_wants_those_before_it(made, tmp_path):
    t = begin(made, tmp_path / "run", short(tmp_path))
    with pytest.raises(LayoutError, match="pretrain comes before stage1"):
        stages.train(t, "stage1")
    with pytest.raises(LayoutError, match="single is no phase of this run"):
        stages.train(t, "single")
    with pytest.raises(LayoutError, match="begun with other settings"):
        begin(made, tmp_path / "run", None, ("replay",))
    with pytest.raises(SystemExit, match="give --llama"):
        command.main(["stage1", "--run", str(tmp_path / "p"), "--data", "d", "--sets", "s", "--preset", "paper"])
    with pytest.raises(SystemExit, match="holds no run yet: give --preset"):
        command.main(["stage1", "--run", str(tmp_path / "p"), "--data", "d", "--sets", "s"])


def test_reports_may_be_read_by_a_model_from_a_folder_which_stays_as_it_is(made, tmp_path):
    transformers = pytest.importorskip("transformers")
    sizes = dict(hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, vocab_size=640)
    torch.manual_seed(3)
    transformers.BertModel(transformers.BertConfig(**sizes)).save_pretrained(tmp_path / "bert")
    with pytest.raises(LayoutError, match=r"tokenizer\.json: no such file"):
        t = begin(made, tmp_path / "run", short(tmp_path), reports=tmp_path / "bert")
        stages.train(t, "pretrain")
    shutil.copy(made[1].parent / "tokenizer.json", tmp_path / "bert")
    t = begin(made, tmp_path / "run", None)  # the run knows the folder
    got = changed(t, "pretrain")
    assert {n for n in got if n.startswith("contrast.")} == {"contrast.scale", "contrast.report.weight"} | {
        f"contrast.ecg.{n}" for n in ("0.weight", "0.bias", "1.weight")
    }
    assert parts(t, got) == {"encoder", "contrast"}
    fresh = transformers.BertModel.from_pretrained(tmp_path / "bert").state_dict()
    assert all(torch.equal(v, fresh[k]) for k, v in t.run.model.contrast.theirs[0].state_dict().items())
    with pytest.raises(LayoutError, match="not a Hugging Face folder"):
        begin(made, tmp_path / "other", short(tmp_path), reports=tmp_path)
