"""The 8 bit variant of the small model that the Go tests use: it still answers, nearly as before."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

from holter_training import manifest, quantize

TINY = Path(__file__).parents[2] / "pkg/model/testdata/tiny"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("int8") / "model"
    quantize.main(["--model", str(TINY), "--out", str(out)])
    return out


def answer(folder: Path, question: str, steps: int = 8) -> tuple[np.ndarray, str]:
    """The first token's logits and a greedy answer about a made-up clip."""
    m = manifest.read(folder)
    tok, t, d = Tokenizer.from_file(str(folder / "tokenizer.json")), m["tokens"], m["decoder"]
    encode, embed, decode = (onnxruntime.InferenceSession(str(folder / m[p]["file"])) for p in ("encoder", "embed", "decoder"))
    words = lambda ids: embed.run(None, {m["embed"]["input"]: np.array([ids])})[0][0]
    say = lambda text: words(tok.encode(text, add_special_tokens=False).ids)
    ecg = np.zeros((1, 12, 1000), np.float32)
    ecg[0, 1] = np.sin(np.arange(1000) / 9) ** 9
    seen = encode.run([m["encoder"]["embeddings"]], {m["encoder"]["input"]: ecg})[0][0]
    x = np.concatenate([say(t["bos"] + t["ecg_start"]), seen, say(t["ecg_end"] + question)])[None]
    names = [f"past_key_values.{i}.{p}" for i in range(d["layers"]) for p in ("key", "value")]
    cache, n, first, ids = [np.zeros((1, d["kv_heads"], 0, d["head_dim"]), np.float32)] * len(names), 0, None, []
    for _ in range(steps):
        at, n = np.arange(n, n + x.shape[1])[None], n + x.shape[1]
        feed = {"inputs_embeds": x, "attention_mask": np.ones((1, n), np.int64), "position_ids": at}
        logits, *cache = decode.run(None, feed | dict(zip(names, cache)))
        first = logits[0, -1] if first is None else first
        ids.append(int(logits[0, -1].argmax()))
        x = words(ids[-1:])[None]
    return first, tok.decode(ids)


def test_answers_are_nearly_as_before(small):
    for question in ("Where is the Atrial premature beat located in this ECG?", "Report?"):
        want, _ = answer(TINY, question)
        got, text = answer(small, question)
        assert 0 < np.abs(got - want).max() < 0.3 * want.std()
        assert np.corrcoef(got, want)[0, 1] > 0.99
        assert text.strip()


def test_manifest_tells_the_precision_and_graphs_are_smaller(small):
    before, after = manifest.read(TINY), manifest.read(small)
    assert (after.pop("version"), after.pop("precision")) == (before.pop("version") + "-int8", "int8")
    assert after == before
    size = lambda folder, part: (folder / after[part]["file"]).stat().st_size
    assert size(small, "embed") < 0.4 * size(TINY, "embed")
    assert size(small, "decoder") < size(TINY, "decoder")


def test_what_cannot_be_quantized_is_told(small, tmp_path):
    with pytest.raises(SystemExit, match="in int8 already"):
        quantize.quantize(small, tmp_path)
    with pytest.raises(SystemExit, match="the model itself"):
        quantize.quantize(TINY, TINY)
    with pytest.raises(SystemExit, match="manifest.json: no such file"):
        quantize.quantize(tmp_path / "none", tmp_path)


def test_manifest_of_the_small_model_is_what_the_shared_writer_writes():
    m = manifest.read(TINY)
    extra = {k: v for k, v in m["encoder"].items() if k not in ("file", "input", "embeddings", "tokens_per_segment")}
    decoder = {k: v for k, v in m["decoder"].items() if k != "file"}
    rest = (decoder, m["tokens"], m["localization"], extra)
    made = manifest.build(m["name"], m["version"], m["encoder"]["tokens_per_segment"], *rest)
    assert made | {"generation": m["generation"]} == m
    assert manifest.build("x", "1", 2, *rest, precision="fp16")["precision"] == "fp16"
