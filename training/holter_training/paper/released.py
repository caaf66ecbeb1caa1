"""Reads a checkpoint of the released layout: state dicts of the encoder, of the projection and of LoRA, beside a
Hugging Face Llama folder.

The encoder's number of heads is not in its state dict: the released encoder has 12, any other needs --config or
--heads.
"""

import dataclasses
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ..preset import Preset
from . import llama, lora, names
from .config import Encoder, LayoutError, Llama, Stem
from .llama import Source
from .vit import EcgEncoder

WRAPPINGS = ("state_dict", "model_state_dict", "model")


@dataclasses.dataclass
class Released:
    encoder: EcgEncoder
    sizes: Encoder
    llama: Llama
    tensors: dict[str, Source]  # of the language model, LoRA merged
    tokenizer: Path


def read(encoder: Path, projection: Path, adapter: Path | None, folder: Path, c: Preset | None, heads: int | None) -> Released:
    """c: None takes the sizes from the files. The language model's are always those of its config.json."""
    sizes = llama.config(folder)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise LayoutError(f"{tokenizer}: no such file (an original Llama folder has a tokenizer.model: take the Hugging Face one)")
    tensors = llama.tensors(folder, sizes)
    c = c or Preset(encoder=None)  # to be measured
    if isinstance(c.encoder, Stem):
        raise LayoutError("an encoder of kind 'stem' has no released layout: export it with holter_training.export")
    if adapter:
        file = lora.file_of(adapter)
        tensors = lora.adapter(state(file), file, c.lora, sizes.num_hidden_layers).merge(tensors)
    vit = names.strip(state(encoder), ("cls_token",), str(encoder))
    shape = c.encoder or measure(vit, heads, str(encoder))
    model = EcgEncoder(shape, sizes.hidden_size).eval()
    fill(model.vit, vit, names.ENCODER, str(encoder), shape.depth)
    connector = names.strip(state(projection), ("0.weight", "2.weight"), str(projection))
    fill(model.connector, connector, names.PROJECTION, str(projection))
    return Released(model, shape, sizes, tensors, tokenizer)


def fill(module: nn.Module, values: dict[str, Tensor], table: dict, file: str, blocks: int = 0) -> None:
    module.load_state_dict(names.rename(values, table, module.state_dict(), file, blocks))


def state(path: Path) -> dict[str, Tensor]:
    """A state dict from a .safetensors file or one of torch.save; nothing in it is executed."""
    if not path.is_file():
        raise LayoutError(f"{path}: no such file")
    try:
        raw = load_file(path) if path.suffix == ".safetensors" else torch.load(path, map_location="cpu", weights_only=True)
    except Exception as e:
        raise LayoutError(f"{path}: not a state dict that can be read safely: {e}") from e
    while isinstance(raw, dict) and (inner := [raw[w] for w in WRAPPINGS if isinstance(raw.get(w), dict)]):
        raw = inner[0]
    if not isinstance(raw, dict) or not all(isinstance(v, Tensor) for v in raw.values()) or not raw:
        raise LayoutError(f"{path}: holds no state dict (a dict of tensors, by itself or under {', '.join(WRAPPINGS)})")
    return raw


def measure(vit: dict[str, Tensor], heads: int | None, file: str) -> Encoder:
    """The sizes that the shapes tell."""
    first = "transformer.layers.0."
    keys = ["to_patch_embedding.2.weight", first + "0.to_qkv.weight", first + "1.net.1.weight"]
    if absent := [k for k in keys if k not in vit]:
        raise LayoutError(
            f"{file}: no tensor is named {absent[0]}: not the released layout. If its tensors have other names, give them "
            f"in {names.HERE}"
        )
    dim, patch = vit[keys[0]].shape
    inner = vit[keys[1]].shape[0] // 3
    depth = 1 + max(int(k.split(".")[2]) for k in vit if k.startswith("transformer.layers."))
    if heads is None and inner != Encoder.heads * Encoder.head_dim:
        raise LayoutError(
            f"{file}: the state dict does not tell the number of attention heads (together they are {inner} wide): "
            "give --heads, or --config with the encoder's sizes"
        )
    heads = heads or Encoder.heads
    if inner % heads:
        raise LayoutError(f"{file}: {heads} heads do not divide a width of {inner}: give another --heads")
    return Encoder(patch=patch, dim=dim, depth=depth, heads=heads, head_dim=inner // heads, mlp=vit[keys[2]].shape[0])
