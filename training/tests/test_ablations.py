"""The rows of the paper's Table 8: each does what it says, and nothing else."""

import pytest
import torch
from test_curriculum import begin, changed, parts, short

from holter_training import preset
from holter_training.curriculum import feed, samples, stages
from holter_training.curriculum.prompt import Writer


def test_without_contrastive_the_stages_begin_with_a_random_encoder(made, tmp_path):
    t = begin(made, tmp_path / "run", short(tmp_path), ("contrastive",))
    assert stages.order(t.preset) == ["language", "stage1", "stage2", "stage3"]


@pytest.mark.parametrize("name", ["tiny", "default"])
def test_without_lead_embedding_leads_may_be_exchanged(made, tmp_path, name):
    file = short(tmp_path, name)
    segments = torch.rand(2, 12, 1000) * 2 - 1
    swapped = segments[:, torch.randperm(12)]
    for without in ((), ("lead-embedding",)):
        t = begin(made, tmp_path / f"run{len(without)}", file, without)
        for phase in ("pretrain", "language", "stage1"):
            stages.train(t, phase)
        cls = lambda x: t.run.model.see(x, [1, 1])[0][0].detach()
        same = torch.allclose(cls(segments), cls(swapped), atol=1e-5)
        assert same == bool(without)


def shown(t, task: str, i: int) -> list[torch.Tensor]:
    data = feed.Shown(samples.read(t.sets, (task,)), t.data, "dynamic-input" not in t.preset.without)
    return data[i][1]


def test_without_dynamic_input_there_is_one_ecg_of_ten_seconds(made, tmp_path):
    file = short(tmp_path)
    t = begin(made, tmp_path / "with", file)
    assert [len(x) for x in shown(t, "Localization", 1)] == [3]
    assert [len(x) for x in shown(t, "MultiECG", 0)] == [1, 1]
    without = begin(made, tmp_path / "without", file, ("dynamic-input",))
    assert [len(x) for x in shown(without, "Localization", 1)] == [1]
    assert [len(x) for x in shown(without, "MultiECG", 0)] == [1]
    assert torch.equal(shown(without, "MultiECG", 0)[0], shown(t, "MultiECG", 0)[0])
    for phase in stages.order(without.preset):
        stages.train(without, phase)
    assert without.run.state["done"][-1] == "stage3"


def test_without_lora_the_whole_language_model_is_trained(made, tmp_path):
    t = begin(made, tmp_path / "run", short(tmp_path), ("lora",))
    assert not [n for n in t.run.model.state_dict() if "lora_" in n]
    trained = {phase: parts(t, changed(t, phase)) for phase in stages.order(t.preset)}
    assert trained["stage1"] == {"encoder", "connector"}
    assert trained["stage2"] == {"encoder", "connector", "language"}
    assert trained["stage3"] == {"connector", "language"}


def test_without_replay_a_stage_sees_only_what_it_adds():
    tasks = {name: stages.tasks(preset.Preset(), name) for name in stages.ADDS}
    assert tasks["stage2"] == ("ReportGen", "Localization")
    assert tasks["stage3"] == ("ReportGen", "Localization", "MultiECG", "ECG-QA")
    alone = preset.Preset(without=("replay",))
    assert {name: stages.tasks(alone, name) for name in stages.ADDS} == stages.ADDS


def test_without_curriculum_there_is_one_stage_on_everything(made, tmp_path):
    t = begin(made, tmp_path / "run", short(tmp_path), ("curriculum", "contrastive"))
    assert stages.order(t.preset) == ["language", "single"]
    assert stages.tasks(t.preset, "single") == samples.TASKS
    stages.train(t, "language")
    assert parts(t, changed(t, "single")) == {"encoder", "connector", "lora"}


def test_an_epoch_shows_every_sample_of_every_stage_once(made, tmp_path):
    t = begin(made, tmp_path / "run", short(tmp_path))
    every = samples.read(t.sets, stages.tasks(t.preset, "stage3"))
    order = feed.Shuffled(every, seed=3)
    first, second = ([order[k] for k in range(e * len(every), (e + 1) * len(every))] for e in (0, 1))
    assert first != second
    assert sorted(map(str, first)) == sorted(map(str, second)) == sorted(map(str, every))
    assert {s.split for s in first} == {"train"}
    writer = Writer(t.tok, t.preset.tokens, 2048)
    data = feed.Conversations(order, t.data, True, writer, 60)
    sizes = [len(b) for steps in [feed.Steps(1, 3, 7)] for b in feed.loader(data, steps, list, 0)]
    assert sizes == [7, 7]
