"""Reads LoRA adapters as PEFT writes them, and merges them into the weights that they adapt."""

import dataclasses
import json
import re
from pathlib import Path

from torch import Tensor

from .config import LayoutError, Lora
from .llama import Source

# base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight; in memory PEFT puts the adapter's name before weight.
NAME = re.compile(r"(?:^|\.)(layers\.\d+\.(?:self_attn|mlp)\.(\w+))\.lora_(A|B)(?:\.\w+)?\.weight$")
ADAPTER, SETTINGS = ("adapter_model.safetensors", "adapter_model.bin"), "adapter_config.json"
# What PEFT can do besides, with the value that means "not done".
UNSUPPORTED = {
    "use_dora": False, "fan_in_fan_out": False, "bias": "none", "modules_to_save": None, "rank_pattern": {},
    "alpha_pattern": {}, "lora_bias": False, "trainable_token_indices": None,
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Adapter:
    """Low-rank changes of weights: name of the weight -> (A [rank, in], B [out, rank]), times scale."""

    pairs: dict[str, tuple[Tensor, Tensor]]
    scale: float

    def merge(self, tensors: dict[str, Source]) -> dict[str, Source]:
        """The same tensors; those that are adapted come out merged, in float32."""
        out = dict(tensors)
        for name, (a, b) in self.pairs.items():
            if name not in tensors:
                raise LayoutError(f"the LoRA adapter changes {name}, which the language model does not have")
            if (want := (b.shape[0], a.shape[1])) != tensors[name].shape:
                raise LayoutError(
                    f"the LoRA adapter of {name} is for a weight {list(want)}, the language model's is "
                    f"{list(tensors[name].shape)}: it was trained on another language model"
                )
            out[name] = Source(tensors[name].shape, lambda s=tensors[name], a=a, b=b: s.read().float() + self.scale * (b @ a))
        return out


def file_of(path: Path) -> Path:
    """The adapter's file: itself, or in the folder that PEFT saves."""
    if not path.is_dir():
        return path
    for name in ADAPTER:
        if (path / name).is_file():
            return path / name
    raise LayoutError(f"{path}: no {' or '.join(ADAPTER)} in this folder")


def adapter(state: dict[str, Tensor], file: Path, c: Lora, layers: int) -> Adapter:
    """Checks that every layer's targets are there; the scale is that of adapter_config.json beside the file, if any."""
    halves: dict[str, dict[str, Tensor]] = {}
    wrong, ranks = [], set()
    for name, value in state.items():
        m = NAME.search(name)
        if not m or m[2] not in c.targets or value.dim() != 2:
            wrong.append(f"unexpected {name} {list(value.shape)}")
            continue
        halves.setdefault(f"model.{m[1]}.weight", {})[m[3]] = value.float()
        ranks.add(value.shape[0 if m[3] == "A" else 1])
    for i in range(layers):
        for t in c.targets:
            key = f"model.layers.{i}.{'self_attn' if t in ('q_proj', 'k_proj', 'v_proj', 'o_proj') else 'mlp'}.{t}.weight"
            wrong += [f"missing lora_{h} of {key}" for h in "AB" if h not in halves.get(key, {})]
    if len(ranks) > 1:
        wrong.append(f"ranks {sorted(ranks)} in one adapter")
    if wrong:
        raise LayoutError(
            f"{file}: {len(wrong)} tensors are not those of LoRA on {', '.join(c.targets)} of {layers} layers: "
            f"{'; '.join(wrong[:8])}{' …' if len(wrong) > 8 else ''}. Other targets are given with --config "
            '({"lora": {"targets": […]}})'
        )
    rank = ranks.pop()
    return Adapter({k: (h["A"], h["B"]) for k, h in halves.items()}, _scale(file.with_name(SETTINGS), c, rank))


def _scale(path: Path, c: Lora, rank: int) -> float:
    if not path.is_file():
        if rank != c.rank:
            raise LayoutError(
                f"the LoRA adapter has rank {rank}, not {c.rank}, and there is no {path} with its alpha: put that file "
                'there, or give --config with {"lora": {"rank": …, "alpha": …}}'
            )
        return c.alpha / rank
    raw = json.loads(path.read_text())
    for key, off in UNSUPPORTED.items():
        if raw.get(key) and raw[key] != off:
            raise LayoutError(f"{path}: {key} is {raw[key]!r}, which is not supported (want {off!r})")
    if "lora_alpha" not in raw:
        raise LayoutError(f"{path}: lora_alpha is missing")
    return raw["lora_alpha"] / (rank**0.5 if raw.get("use_rslora") else rank)
