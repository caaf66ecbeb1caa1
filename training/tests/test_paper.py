"""Checkpoints of the released layout, exported and compared with an independent implementation."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from holter_training.paper import check, export, released

transformers = pytest.importorskip("transformers")
import released_layout  # noqa: E402  (needs transformers)
from exported import ask  # noqa: E402
from released_layout import LLAMA, SIZES  # noqa: E402


def command(folder: Path, out: Path, *more: str) -> list[str]:
    return [
        "--encoder", str(folder / "ecg_model.pth"), "--projection", str(folder / "projection.pth"), "--lora", str(folder),
        "--llama", str(folder / "llama"), "--out", str(out), "--heads", "3", *more,
    ]  # fmt: skip


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
    released_layout.make(tmp_path, SIZES, sizes, released_layout.small_tokenizer(), rank=4)
    lm = transformers.LlamaForCausalLM.from_pretrained(tmp_path / "llama").bfloat16()
    lm.save_pretrained(tmp_path / "llama")
    export.main(command(tmp_path, tmp_path / "out"))
    turns = conversations()["two turns"]
    reference = released_layout.Reference(tmp_path, SIZES)
    want = reference.logits(reference.prompt(turns)).numpy()
    assert np.abs(ask(tmp_path / "out", turns, 1)[0] - want).max() < 1e-3


@torch.no_grad()
def test_encoder_equals_pytorchs_own_layers(folder):
    paths = (folder / name for name in ("ecg_model.pth", "projection.pth"))
    model = released.read(*paths, folder, folder / "llama", None, 3)
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


def test_errors_of_the_command_are_one_sentence(folder, tmp_path):
    with pytest.raises(SystemExit, match=r"none\.pth: no such file"):
        export.main(command(folder, tmp_path, "--projection", "none.pth"))
    assert not (tmp_path / "manifest.json").exists()
