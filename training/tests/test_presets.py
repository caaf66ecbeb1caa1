"""One file says what a model is and how it is trained."""

import dataclasses
import json

import pytest
import torch
from torch import nn

from holter_training import model, preset
from holter_training.config import ModelConfig
from holter_training.curriculum import adapter
from holter_training.curriculum.model import Chat
from holter_training.paper import llama, names
from holter_training.paper.config import LayoutError, Stem


def shapes(m: nn.Module) -> dict[str, list[int]]:
    return {k: list(v.shape) for k, v in m.state_dict().items()}


def test_the_paper_preset_has_the_shapes_of_the_released_layout():
    released_layout = pytest.importorskip("released_layout")
    p = preset.load("paper")
    with torch.device("meta"):
        ours = Chat(p)
        released = released_layout.encoder_state(p.encoder, 0.2)
    vit, table = shapes(ours.encoder.vit), names.numbered(names.ENCODER, 12)
    assert {theirs: vit[name] for theirs, name in table.items() if name} == {
        k: [n for i, n in enumerate(v.shape) if i or n > 1] for k, v in released.items() if table[k]
    }
    assert shapes(ours.encoder.connector) == {"0.weight": [4096, 768], "0.bias": [4096], "2.weight": [4096, 4096], "2.bias": [4096]}
    decoder = shapes(ours.decoder)
    found = {theirs: decoder[name] for theirs, name in names.numbered(names.LLAMA, 32).items()}
    found["model.embed_tokens.weight"] = list(ours.embed.weight.shape)
    assert found == {k: list(v) for k, v in llama.shapes(p.llama).items()}
    assert sum(v.numel() for k, v in ours.named_parameters() if ours.part(k) == "language") == 8_030_261_248
    pairs = {k: list(v.shape) for k, v in adapter.state(ours.decoder, p.lora).items()}
    assert len(pairs) == 32 * 2 * 2
    first = "base_model.model.model.layers.0.self_attn."
    assert pairs[first + "q_proj.lora_A.weight"] == [8, 4096] and pairs[first + "q_proj.lora_B.weight"] == [4096, 8]
    assert pairs[first + "k_proj.lora_A.weight"] == [8, 4096] and pairs[first + "k_proj.lora_B.weight"] == [1024, 8]
    q = ours.decoder.layers[0].q
    assert (q.scale, q.drop.p) == (2, 0.1)
    assert p.encoder.tokens == 61


def test_the_paper_preset_is_trained_as_the_paper_tells():
    t = preset.load("paper").train
    told = {"stage1": (2, 256, 1e-4), "stage2": (2, 64, 1e-4), "stage3": (1, 64, 1e-4)}  # epochs, batch, rate of its Table 3
    assert {name: dataclasses.astuple(getattr(t, name)) for name in told} == told


def test_the_default_preset_is_what_is_shipped():
    p = preset.load("default")
    assert isinstance(p.encoder, Stem)
    with torch.device("meta"):
        ours, shipped = shapes(Chat(p)), shapes(model.EcgChat(ModelConfig(vocab=p.llama.vocab_size)))
    assert {k: v for k, v in ours.items() if "lora_" not in k and not k.startswith("contrast.")} == shipped
    assert model.language(ModelConfig(vocab=p.llama.vocab_size)) == p.llama


@pytest.mark.parametrize("name", ["paper", "default", "tiny"])
@pytest.mark.parametrize("kind", ["patches", "stem"])
def test_either_encoder_goes_with_every_preset(tmp_path, name, kind):
    raw = json.loads((preset.FOLDER / f"{name}.json").read_text())
    if raw["encoder"]["kind"] != kind:
        raw["encoder"] = {"kind": kind}
    path = tmp_path / "p.json"
    path.write_text(json.dumps(raw))
    p = preset.load(path)
    with torch.device("meta"):
        m = Chat(p)
    assert hasattr(m.encoder, "vit") == (kind == "patches")
    assert m.encoder.connector[2].out_features == p.llama.hidden_size


def test_presets_are_kept_and_what_is_wrong_with_them_is_named(tmp_path):
    path = tmp_path / "c.json"
    for name in preset.NAMES:
        path.write_text(preset.dump(preset.load(name)))
        assert preset.load(path) == preset.load(name)
    path.write_text("{}")
    assert preset.load(path) == preset.load("paper")
    for text, says in [
        ('{"encoder": {"dims": 3}}', "unknown key encoder.dims"),
        ('{"encoder": {"kind": "cnn"}}', "encoder.kind is 'cnn', want patches or stem"),
        ('{"train": {"stage1": {"epochs": 1}}}', r"train\.stage1: .*batch"),
        ('{"train": {"precision": "fp8"}}', "train.precision is 'fp8'"),
        ('{"without": ["luck"]}', "'luck' is no ablation"),
        ("{", "not JSON"),
    ]:
        path.write_text(text)
        with pytest.raises(LayoutError, match=says) as e:
            preset.load(path)
        assert str(path) in str(e.value)
    with pytest.raises(LayoutError, match="presets default, paper, tiny"):
        preset.load(tmp_path / "none.json")
