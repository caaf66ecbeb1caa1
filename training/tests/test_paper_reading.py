"""Checkpoints of the released layout are read, and what is wrong with them is named."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from holter_training import tokenizer
from holter_training.paper import config, llama, lora, released, tokens
from holter_training.preset import Preset

transformers = pytest.importorskip("transformers")
from released_layout import SIZES  # noqa: E402  (needs transformers)


def read(made: Path, c: Preset | None = None, heads: int | None = 3, **paths: Path) -> released.Released:
    p = {"encoder": made / "ecg_model.pth", "projection": made / "projection.pth", "adapter": made, "folder": made / "llama"}
    return released.read(*(p | paths).values(), c, heads)


@pytest.mark.parametrize("prefix", ["module.", "ecg_encoder.", "ecg_model.model."])
def test_prefixes_and_other_parts_are_left_out(folder, tmp_path, prefix):
    state = torch.load(folder / "ecg_model.pth", weights_only=True)
    whole = {prefix + k: v for k, v in state.items()}
    if prefix == "ecg_model.model.":
        whole["text_model.weight"] = torch.zeros(3)
    torch.save({"state_dict": whole}, tmp_path / "e.pth")
    pairs = load_file(folder / "adapter_model.safetensors")
    named = {k.replace(".weight", ".default.weight"): v for k, v in pairs.items()}
    save_file(named, tmp_path / "lora.safetensors")
    got = read(folder, encoder=tmp_path / "e.pth", adapter=tmp_path / "lora.safetensors")
    want = read(folder)
    assert all(torch.equal(a, b) for a, b in zip(got.encoder.parameters(), want.encoder.parameters()))
    key = "model.layers.1.self_attn.k_proj.weight"
    assert torch.equal(got.tensors[key].read(), want.tensors[key].read())


def test_encoder_and_projection_may_lie_in_one_file(folder, tmp_path):
    parts = {"ecg_model.": "ecg_model.pth", "projection.": "projection.pth"}
    whole = {p + k: v for p, f in parts.items() for k, v in torch.load(folder / f, weights_only=True).items()}
    save_file(whole, tmp_path / "whole.safetensors")
    got = read(folder, encoder=tmp_path / "whole.safetensors", projection=tmp_path / "whole.safetensors")
    want = read(folder)
    assert all(torch.equal(a, b) for a, b in zip(got.encoder.parameters(), want.encoder.parameters(), strict=True))


def broken(folder: Path, tmp_path: Path, change) -> Path:
    state = torch.load(folder / "ecg_model.pth", weights_only=True)
    change(state)
    torch.save(state, tmp_path / "broken.pth")
    return tmp_path / "broken.pth"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s.pop("transformer.layers.1.0.norm.bias"), r"missing transformer\.layers\.1\.0\.norm\.bias \[24\]"),
        (lambda s: s.update(extra=torch.zeros(2, 3)), r"unexpected extra \[2, 3\].*names\.py"),
        (lambda s: s.update(pos_embedding=torch.zeros(1, 9, 24)), r"pos_embedding is \[1, 9, 24\], want \[6, 24\]"),
        (lambda s: s.pop("cls_token"), "no tensor is named cls_token.*is it the right file"),
    ],
)
def test_what_is_wrong_with_an_encoder_is_named(folder, tmp_path, change, says):
    with pytest.raises(config.LayoutError, match=says):
        read(folder, encoder=broken(folder, tmp_path, change))


def test_heads_must_be_given_when_they_cannot_be_known(folder):
    with pytest.raises(config.LayoutError, match="give --heads"):
        read(folder, heads=None)
    sizes = Preset(encoder=SIZES)
    assert read(folder, sizes, None).sizes == SIZES
    with pytest.raises(config.LayoutError, match=r"pos_embedding is \[1, 6, 24\], want \[6, 768\].*--config"):
        read(folder, Preset(), None)


def test_what_is_wrong_with_an_adapter_is_named(folder, tmp_path):
    pairs = load_file(folder / "adapter_model.safetensors")
    first = next(iter(pairs))
    for change, says in [
        ({first: None}, "missing lora_A of model.layers.0.self_attn"),
        ({"base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight": torch.zeros(8, 32)}, "unexpected .*v_proj"),
        ({first: torch.zeros(8, 31)}, "trained on another language model"),
    ]:
        save_file({k: v for k, v in (pairs | change).items() if v is not None}, tmp_path / "a.safetensors")
        with pytest.raises(config.LayoutError, match=says):
            read(folder, adapter=tmp_path / "a.safetensors")


def test_alpha_comes_from_the_adapters_settings(folder, tmp_path):
    c = config.Lora()
    state = released.state(folder / "adapter_model.safetensors")
    at = lambda **settings: (tmp_path / lora.SETTINGS).write_text(json.dumps(settings))
    scale = lambda: lora.adapter(state, tmp_path / "adapter_model.safetensors", c, 2).scale
    assert scale() == 2
    at(lora_alpha=32)
    assert scale() == 4
    at(lora_alpha=32, use_rslora=True)
    assert scale() == pytest.approx(32 / 8**0.5)
    at(lora_alpha=32, use_dora=True)
    with pytest.raises(config.LayoutError, match="use_dora"):
        scale()


def test_what_is_wrong_with_a_llama_folder_is_named(folder, tmp_path):
    with pytest.raises(config.LayoutError, match="want a Hugging Face Llama folder"):
        read(folder, folder=tmp_path)
    raw = json.loads((folder / "llama" / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(raw | {"model_type": "gpt2"}))
    with pytest.raises(config.LayoutError, match="model_type is 'gpt2'"):
        llama.config(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(raw | {"rope_scaling": {"rope_type": "yarn"}}))
    with pytest.raises(config.LayoutError, match="yarn"):
        llama.config(tmp_path)
    save_file({"model.norm.weight": torch.zeros(31)}, tmp_path / "model.safetensors")
    with pytest.raises(config.LayoutError, match=r"missing model\.embed_tokens\.weight \[266, 32\]"):
        llama.tensors(tmp_path, llama.config(folder / "llama"))


def test_tokens_are_found_by_the_released_ids(tmp_path):
    names = {128003: "start", 128004: "end", 128005: "ecg"}
    special = [tokenizer.BOS, tokenizer.EOT, tokenizer.END, tokenizer.HEAD, tokenizer.HEAD_END]
    added = [{"id": i, "content": n} for i, n in [*names.items(), *enumerate(special, 128010)]]
    (tmp_path / "tokenizer.json").write_text(json.dumps({"added_tokens": added}))
    found = tokens.read(tmp_path / "tokenizer.json", config.Tokens(), 128256)
    assert (found["ecg_start"], found["ecg"], found["ecg_end"]) == ("start", "ecg", "end")
    at_eot = config.Tokens(128011, 128012, 128013)  # ids that the chat form uses
    with pytest.raises(config.LayoutError, match="besides those of the chat form"):
        tokens.read(tmp_path / "tokenizer.json", at_eot, 128256)
    with pytest.raises(config.LayoutError, match="not its tokenizer"):
        tokens.read(tmp_path / "tokenizer.json", config.Tokens(), 1000)


def test_llama_3_1_rotation_equals_hugging_faces():
    scaling = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
    rope = {"rope_type": "llama3", "rope_theta": 500000.0, **scaling}
    hf = transformers.LlamaConfig(hidden_size=128, num_attention_heads=1, max_position_embeddings=131072, rope_parameters=rope)
    want = transformers.models.llama.modeling_llama.LlamaRotaryEmbedding(hf).inv_freq
    ours = dataclasses.replace(config.Llama(), rope_scaling=scaling).frequencies()
    assert np.allclose(ours, want.numpy(), rtol=1e-5)
