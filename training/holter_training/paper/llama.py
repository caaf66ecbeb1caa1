"""Reads a Hugging Face Llama folder: config.json and *.safetensors, one tensor at a time.

Eight billion parameters need not fit into memory: a Source is a promise of one
tensor, with the shape that is known before it is read.
"""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

from safetensors import safe_open
from torch import Tensor

from .config import LayoutError, Llama

INDEX, SINGLE = "model.safetensors.index.json", "model.safetensors"


@dataclasses.dataclass(frozen=True)
class Source:
    """A tensor that is read when it is asked for; nothing is kept."""

    shape: tuple[int, ...]
    read: Callable[[], Tensor]

    @staticmethod
    def of(t: Tensor) -> "Source":
        return Source(tuple(t.shape), lambda: t.detach())


def _json(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as e:
        raise LayoutError(f"{path}: no such file (want a Hugging Face Llama folder with config.json, "
                          f"{SINGLE} or {INDEX} with its shards, and tokenizer.json)") from e  # fmt: skip
    except json.JSONDecodeError as e:
        raise LayoutError(f"{path}: not JSON: {e}") from e


def config(folder: Path) -> Llama:
    path = folder / "config.json"
    raw = _json(path)
    if raw.get("model_type") != "llama":
        raise LayoutError(f"{path}: model_type is {raw.get('model_type')!r}, want 'llama'")
    for key, want in (("attention_bias", False), ("mlp_bias", False), ("hidden_act", "silu")):
        if raw.get(key, want) != want:
            raise LayoutError(f"{path}: {key} is {raw[key]!r}, want {want!r}: not the architecture of Llama 3")
    fields = {f.name for f in dataclasses.fields(Llama)}
    known = {k: v for k, v in raw.items() if k in fields}
    for key in ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size"):
        if key not in known:
            raise LayoutError(f"{path}: {key} is missing")
    if known.get("head_dim") is None:
        known["head_dim"] = known["hidden_size"] // known["num_attention_heads"]
    if known.get("num_key_value_heads") is None:
        known["num_key_value_heads"] = known["num_attention_heads"]
    known.setdefault("max_position_embeddings", 2048)  # the values that Hugging Face means by a missing key
    known.setdefault("rms_norm_eps", 1e-6)
    rope = raw.get("rope_parameters") or {}  # Transformers 5 writes both here
    known["rope_theta"] = raw.get("rope_theta") or rope.get("rope_theta") or 10000.0
    known["rope_scaling"] = _scaling(path, raw.get("rope_scaling") or rope)
    return Llama(**known)


def _scaling(path: Path, rope: dict) -> dict | None:
    kind = rope.get("rope_type") or rope.get("type") or "default"
    if kind == "default":
        return None
    keys = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
    if kind != "llama3" or any(k not in rope for k in keys):
        raise LayoutError(f"{path}: rope_type {kind!r} is not supported, only 'default' and 'llama3' with {', '.join(keys)}")
    return {k: rope[k] for k in keys}


def shapes(c: Llama) -> dict[str, tuple[int, ...]]:
    """The tensors of a Llama, by their names."""
    q, kv = c.num_attention_heads * c.head_dim, c.num_key_value_heads * c.head_dim
    out = {"model.embed_tokens.weight": (c.vocab_size, c.hidden_size), "model.norm.weight": (c.hidden_size,)}
    if not c.tie_word_embeddings:
        out["lm_head.weight"] = (c.vocab_size, c.hidden_size)
    for i in range(c.num_hidden_layers):
        layer = {
            "input_layernorm": (c.hidden_size,),
            "self_attn.q_proj": (q, c.hidden_size),
            "self_attn.k_proj": (kv, c.hidden_size),
            "self_attn.v_proj": (kv, c.hidden_size),
            "self_attn.o_proj": (c.hidden_size, q),
            "post_attention_layernorm": (c.hidden_size,),
            "mlp.gate_proj": (c.intermediate_size, c.hidden_size),
            "mlp.up_proj": (c.intermediate_size, c.hidden_size),
            "mlp.down_proj": (c.hidden_size, c.intermediate_size),
        }
        out |= {f"model.layers.{i}.{name}.weight": shape for name, shape in layer.items()}
    return out


def tensors(folder: Path, c: Llama) -> dict[str, Source]:
    """All tensors of the folder, checked against the sizes of config.json."""
    files = [SINGLE] if (folder / SINGLE).is_file() else sorted(set(_json(folder / INDEX).get("weight_map", {}).values()))
    found: dict[str, Source] = {}
    for name in files:
        if not (folder / name).is_file():
            raise LayoutError(f"{folder / name}: no such file, but {INDEX} names it: fetch the missing shard")
        found |= _file(folder / name)
    wrong, want = [], shapes(c)
    for name, shape in want.items():
        if name not in found:
            wrong.append(f"missing {name} {list(shape)}")
        elif found[name].shape != shape:
            wrong.append(f"{name} is {list(found[name].shape)}, config.json says {list(shape)}")
    spare = {"lm_head.weight"} | {n for n in found if n.endswith("rotary_emb.inv_freq")}
    wrong += [f"unexpected {n} {list(found[n].shape)}" for n in sorted(set(found) - set(want) - spare)]
    if wrong:
        raise LayoutError(f"{folder}: {len(wrong)} tensors do not fit a Llama: {'; '.join(wrong[:8])}"
                          f"{' …' if len(wrong) > 8 else ''}. Is it the folder of the language model, complete?")  # fmt: skip
    return {name: found[name] for name in want}


def _file(path: Path) -> dict[str, Source]:
    def read(name: str) -> Tensor:
        with safe_open(path, "pt") as f:
            return f.get_tensor(name)

    try:
        with safe_open(path, "pt") as f:
            return {n: Source(tuple(f.get_slice(n).get_shape()), lambda n=n: read(n)) for n in f.keys()}
    except Exception as e:
        raise LayoutError(f"{path}: not a safetensors file: {e}") from e
