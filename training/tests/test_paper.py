"""Checkpoints of the released layout, exported and compared with an independent implementation."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from holter_training import tokenizer
from holter_training.paper import check, config, export, llama, lora, released, tokens, vit

transformers = pytest.importorskip("transformers")
import released_layout  # noqa: E402  (needs transformers)

SIZES = config.Encoder(dim=24, depth=2, heads=3, head_dim=8, mlp=40)
LLAMA = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
}  # fmt: skip


def small_tokenizer() -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tok = Tokenizer(models.BPE({c: i for i, c in enumerate(alphabet)}, []))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.add_special_tokens(released_layout.SPECIAL)
    return tok


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    torch.manual_seed(1)
    out = tmp_path_factory.mktemp("released")
    released_layout.make(out, SIZES, LLAMA, small_tokenizer(), shards="20KB")
    assert len(list((out / "llama").glob("*.safetensors"))) > 1
    return out


def command(folder: Path, out: Path, *more: str) -> list[str]:
    return [
        "--encoder", str(folder / "ecg_model.pth"), "--projection", str(folder / "projection.pth"), "--lora", str(folder),
        "--llama", str(folder / "llama"), "--out", str(out), "--heads", "3", *more,
    ]  # fmt: skip


def ask(out: Path, turns: list, steps: int = 4) -> tuple[np.ndarray, list[int]]:
    """First logits and a greedy answer of the exported graphs, on their cache."""
    manifest = json.loads((out / "manifest.json").read_text())
    tok, t, d = Tokenizer.from_file(str(out / "tokenizer.json")), manifest["tokens"], manifest["decoder"]
    encode, embed, decode = (check.session(out / manifest[p]["file"]) for p in ("encoder", "embed", "decoder"))
    words = lambda ids: embed.run(None, {"input_ids": np.array([ids])})[0][0]
    say = lambda text: words(tok.encode(text, add_special_tokens=False).ids)
    parts, text = [], t["bos"]
    for ecgs, question, answer in turns:
        text += "<|start_header_id|>user<|end_header_id|>\n\n"
        for ecg in ecgs:
            tokens_ = torch.from_numpy(encode.run(None, {"ecg": ecg.numpy()})[0])
            parts += [say(text + t["ecg_start"]), vit.clip_tokens(tokens_).numpy()]
            text = t["ecg_end"]
        text += f"{question}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n" + (f"{answer}<|eot_id|>" if answer else "")
    x, seen, first, ids = np.concatenate([*parts, say(text)])[None], 0, None, []
    cache = [np.zeros((1, d["kv_heads"], 0, d["head_dim"]), np.float32)] * (2 * d["layers"])
    names = [f"past_key_values.{i}.{p}" for i in range(d["layers"]) for p in ("key", "value")]
    while len(ids) < steps:
        place = np.arange(seen, seen + x.shape[1])[None]
        seen += x.shape[1]
        feed = {"inputs_embeds": x, "attention_mask": np.ones((1, seen), np.int64), "position_ids": place}
        logits, *cache = decode.run(None, feed | dict(zip(names, cache)))
        assert logits.shape == (1, 1, d["vocab"])
        first = logits[0, 0] if first is None else first
        ids.append(int(logits.argmax()))
        x = words(ids[-1:])[None]
    return first, ids


def clip(seconds: int, *leads: int) -> torch.Tensor:
    out = torch.zeros(-(-seconds // 10), 12, 1000)
    for lead in leads:
        x = torch.rand(10 * len(out) * 100) * 2 - 1
        x[seconds * 100 :] = 0
        out[:, lead] = x.view(len(out), 1000)
    return out


def conversations() -> dict[str, list]:
    torch.manual_seed(2)
    one, short, long = clip(10, 1, 6), clip(3, 1), clip(27, 0, 1, 2)
    return {
        "one ECG": [([one], "Report?", None)],
        "a short ECG": [([short], "Report?", None)],
        "three segments": [([long], "Where is it?", None)],
        "three ECGs": [([one, long, short], "What has changed?", None)],
        "no ECG": [([], "How are you?", None)],
        "two turns": [([one], "Report?", "Sinus rhythm"), ([], "Are you sure?", None)],
        "three turns, three ECGs": [([one], "Report?", "No"), ([long, short], "And here?", "Yes"), ([], "Why?", None)],
    }


@pytest.fixture(scope="module")
def exported(folder, tmp_path_factory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("exported")
    for precision in ("fp32", "fp16", "bf16", "int8"):
        export.main(command(folder, out / precision, "--precision", precision))
    return {p.name: p for p in out.iterdir()}


@pytest.mark.parametrize("name", conversations())
@torch.no_grad()
def test_exported_graphs_equal_the_reference(folder, exported, name):
    turns = conversations()[name]
    reference = released_layout.Reference(folder, SIZES)
    x, want = reference.prompt(turns), []
    first = reference.logits(x)
    for _ in range(4):
        want.append(int(reference.logits(x).argmax()))
        x = reference.read_on(x, want[-1])
    logits, ids = ask(exported["fp32"], turns)
    assert np.abs(logits - first.numpy()).max() < 1e-3
    assert ids == want


@torch.no_grad()
def test_without_an_adapter_the_language_model_stays_as_it_is(folder, exported, tmp_path):
    turns = conversations()["one ECG"]
    args = command(folder, tmp_path)
    at = args.index("--lora")
    export.main(args[:at] + args[at + 2 :])
    reference = released_layout.Reference(folder, SIZES, adapted=False)
    want = reference.logits(reference.prompt(turns)).numpy()
    assert np.abs(ask(tmp_path, turns, 1)[0] - want).max() < 1e-3
    assert np.abs(ask(exported["fp32"], turns, 1)[0] - want).max() > 0.1


@torch.no_grad()
def test_later_llamas_come_in_too(tmp_path):
    """Tied output layer, scaled rotation, heads that are not hidden / heads wide, weights in bfloat16."""
    torch.manual_seed(5)
    rope = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
    rope["original_max_position_embeddings"] = 64
    sizes = LLAMA | {"head_dim": 12, "tie_word_embeddings": True, "rope_parameters": rope}
    released_layout.make(tmp_path, SIZES, sizes, small_tokenizer(), rank=4)
    lm = transformers.LlamaForCausalLM.from_pretrained(tmp_path / "llama").bfloat16()
    lm.save_pretrained(tmp_path / "llama")
    export.main(command(tmp_path, tmp_path / "out"))
    turns = conversations()["two turns"]
    reference = released_layout.Reference(tmp_path, SIZES)
    want = reference.logits(reference.prompt(turns)).numpy()
    assert np.abs(ask(tmp_path / "out", turns, 1)[0] - want).max() < 1e-3


@torch.no_grad()
def test_encoder_equals_pytorchs_own_layers(folder):
    model = read(folder)
    ecg = torch.cat([clip(10, *range(12)), clip(4, 1)])
    want = released_layout.Reference(folder, SIZES).segments(ecg)
    assert (model.encoder(ecg) - want).abs().max() < 1e-5
    assert want.shape == (2, 61, 32)


@pytest.mark.parametrize(("precision", "close", "smaller"), [("fp16", 0.01, 1.6), ("bf16", 0.1, 1.6), ("int8", 0.5, 2.0)])
def test_lower_precision_is_near_and_smaller(exported, precision, close, smaller):
    turns = conversations()["three segments"]
    want, _ = ask(exported["fp32"], turns, 1)
    got, _ = ask(exported[precision], turns, 1)
    assert 0 < np.abs(got - want).max() < close * want.std() * 3
    assert np.corrcoef(got, want)[0, 1] > 0.98
    size = lambda p: (exported[p] / "decoder.onnx").stat().st_size
    assert size("fp32") - size(precision) > (1 - 1 / smaller) * 0.5 * size("fp32")


def test_int8_is_as_near_as_the_runtimes_own_quantization(exported, tmp_path):
    first = lambda out: np.stack([ask(out, turns, 1)[0] for turns in conversations().values()])
    want = first(exported["fp32"])
    shutil.copytree(exported["fp32"], tmp_path, dirs_exist_ok=True)
    for name in ("encoder", "decoder"):
        file = f"{name}.onnx"
        quantize_dynamic(exported["fp32"] / file, tmp_path / file, weight_type=QuantType.QUInt8, per_channel=True)
    off = lambda out: np.sqrt(((first(out) - want) ** 2).mean())
    print("ours", off(exported["int8"]), "the runtime's", off(tmp_path))
    assert off(exported["int8"]) < 1.5 * off(tmp_path)


def test_ports_are_float32_in_every_precision(exported):
    for out in exported.values():
        for name in ("encoder", "embed", "decoder"):
            s = check.session(out / f"{name}.onnx")
            assert {p.type for p in [*s.get_inputs(), *s.get_outputs()]} <= {"tensor(float)", "tensor(int64)"}


def test_large_graphs_keep_their_weights_beside(folder, exported, tmp_path):
    export.main(command(folder, tmp_path, "--external-above", "1000"))
    assert {p.name for p in tmp_path.glob("*.data")} == {f"{n}.onnx.data" for n in ("encoder", "embed", "decoder")}
    assert (tmp_path / "decoder.onnx").stat().st_size < 0.5 * (exported["fp32"] / "decoder.onnx").stat().st_size
    turns = conversations()["two turns"]
    assert ask(tmp_path, turns)[1] == ask(exported["fp32"], turns)[1]
    export.main(command(folder, tmp_path))  # what is no longer used does not stay
    assert not list(tmp_path.glob("*.data"))


def test_manifest_tells_what_pkg_model_reads(exported):
    m = json.loads((exported["fp32"] / "manifest.json").read_text())
    assert [m["tokens"][k] for k in ("ecg_start", "ecg_end", "ecg")] == released_layout.SPECIAL[3:6]
    assert m["encoder"]["tokens_per_segment"] == 61
    assert m["localization"] == {"conditions": ["V", "A", "S", "L", "R"], "segments": "joint"}
    assert m["tokens"]["eos"] == ["<|eot_id|>", "<|end_of_text|>"]


def test_the_paper_preset_has_the_released_sizes():
    c = config.PRESETS["paper"]
    with torch.device("meta"):
        parameters = sum(p.numel() for p in vit.EcgEncoder(c.encoder, c.llama.hidden_size).parameters())
    assert parameters == 85_197_712 + 768 * 4096 + 4096 + 4096 * 4096 + 4096
    assert sum(int(np.prod(s)) for s in llama.shapes(c.llama).values()) == 8_030_261_248
    assert c.encoder.tokens == 61
    assert (c.lora.rank, c.lora.alpha) == (8, 16)


def test_tokens_are_found_by_the_released_ids(tmp_path):
    names = {128003: "start", 128004: "end", 128005: "ecg"}
    special = [tokenizer.BOS, tokenizer.EOT, tokenizer.END, tokenizer.HEAD, tokenizer.HEAD_END]
    added = [{"id": i, "content": n} for i, n in [*names.items(), *enumerate(special, 128010)]]
    (tmp_path / "tokenizer.json").write_text(json.dumps({"added_tokens": added}))
    found = tokens.read(tmp_path / "tokenizer.json", config.Tokens(), 128256)
    assert (found["ecg_start"], found["ecg"], found["ecg_end"]) == ("start", "ecg", "end")
    with pytest.raises(config.LayoutError, match="not its tokenizer"):
        tokens.read(tmp_path / "tokenizer.json", config.Tokens(), 1000)


def test_config_file_and_its_errors(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(config.dump(config.PRESETS["tiny"]))
    assert config.load(path) == config.PRESETS["tiny"] == config.load("tiny")
    path.write_text('{"encoder": {"dims": 3}}')
    with pytest.raises(config.LayoutError, match="unknown key encoder.dims"):
        config.load(path)
    with pytest.raises(config.LayoutError, match="presets paper, tiny"):
        config.load(tmp_path / "none.json")


def test_llama_3_1_rotation_equals_hugging_faces():
    scaling = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
    rope = {"rope_type": "llama3", "rope_theta": 500000.0, **scaling}
    hf = transformers.LlamaConfig(hidden_size=128, num_attention_heads=1, max_position_embeddings=131072, rope_parameters=rope)
    want = transformers.models.llama.modeling_llama.LlamaRotaryEmbedding(hf).inv_freq
    ours = dataclasses.replace(config.Llama(), rope_scaling=scaling).frequencies()
    assert np.allclose(ours, want.numpy(), rtol=1e-5)


def read(made: Path, c: config.Config | None = None, heads: int | None = 3, **paths: Path) -> released.Released:
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
    sizes = config.Config(encoder=SIZES)
    assert read(folder, sizes, None).sizes == SIZES
    with pytest.raises(config.LayoutError, match=r"pos_embedding is \[1, 6, 24\], want \[6, 768\].*--config"):
        read(folder, config.PRESETS["paper"], None)


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


def test_errors_of_the_command_are_one_sentence(folder, tmp_path):
    with pytest.raises(SystemExit, match=r"none\.pth: no such file"):
        export.main(command(folder, tmp_path, "--projection", "none.pth"))
    assert not (tmp_path / "manifest.json").exists()
