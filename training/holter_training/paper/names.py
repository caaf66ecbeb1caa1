"""How the released state dicts name their tensors.

The encoder is a classifier of which the last LayerNorm and the output layer are
not used. Checkpoints that name things otherwise need a row here, nothing else.
"""

from torch import Tensor

from .config import LayoutError

# Released name -> name in vit.Vit; None: known, but not used. {n} is the number of a block.
ENCODER = {
    "cls_token": "cls",
    "lead_embedding": "lead",
    "pos_embedding": "position",
    "to_patch_embedding.1.weight": "patch_norm.weight",
    "to_patch_embedding.1.bias": "patch_norm.bias",
    "to_patch_embedding.2.weight": "patch.weight",
    "to_patch_embedding.2.bias": "patch.bias",
    "to_patch_embedding.3.weight": "embed_norm.weight",
    "to_patch_embedding.3.bias": "embed_norm.bias",
    "transformer.layers.{n}.0.norm.weight": "blocks.{n}.norm1.weight",
    "transformer.layers.{n}.0.norm.bias": "blocks.{n}.norm1.bias",
    "transformer.layers.{n}.0.to_qkv.weight": "blocks.{n}.qkv.weight",
    "transformer.layers.{n}.0.to_out.0.weight": "blocks.{n}.out.weight",
    "transformer.layers.{n}.0.to_out.0.bias": "blocks.{n}.out.bias",
    "transformer.layers.{n}.1.net.0.weight": "blocks.{n}.norm2.weight",
    "transformer.layers.{n}.1.net.0.bias": "blocks.{n}.norm2.bias",
    "transformer.layers.{n}.1.net.1.weight": "blocks.{n}.up.weight",
    "transformer.layers.{n}.1.net.1.bias": "blocks.{n}.up.bias",
    "transformer.layers.{n}.1.net.4.weight": "blocks.{n}.down.weight",
    "transformer.layers.{n}.1.net.4.bias": "blocks.{n}.down.bias",
    "norm.weight": None,
    "norm.bias": None,
    "fc.weight": None,
    "fc.bias": None,
}
PROJECTION = {name: name for name in ("0.weight", "0.bias", "2.weight", "2.bias")}
# Hugging Face's name -> name in the decoder, of which the embedding table is no part.
LLAMA = {
    "model.layers.{n}.input_layernorm.weight": "layers.{n}.norm1.weight",
    "model.layers.{n}.self_attn.q_proj.weight": "layers.{n}.q.weight",
    "model.layers.{n}.self_attn.k_proj.weight": "layers.{n}.k.weight",
    "model.layers.{n}.self_attn.v_proj.weight": "layers.{n}.v.weight",
    "model.layers.{n}.self_attn.o_proj.weight": "layers.{n}.o.weight",
    "model.layers.{n}.post_attention_layernorm.weight": "layers.{n}.norm2.weight",
    "model.layers.{n}.mlp.gate_proj.weight": "layers.{n}.gate.weight",
    "model.layers.{n}.mlp.up_proj.weight": "layers.{n}.up.weight",
    "model.layers.{n}.mlp.down_proj.weight": "layers.{n}.down.weight",
    "model.norm.weight": "norm.weight",
    "lm_head.weight": "head.weight",
}
HERE = "holter_training/paper/names.py"


def strip(state: dict[str, Tensor], anchors: tuple[str, ...], file: str) -> dict[str, Tensor]:
    """The tensors beside the anchors, without what is before their names: module., ecg_encoder., ecg_model.model., …

    Other parts that a training checkpoint holds, a text encoder for instance, are left out.
    """
    first = anchors[0]
    prefixes = [k[: -len(first)] for k in state if k == first or k.endswith("." + first)]
    found = sorted(p for p in prefixes if all(p + a in state for a in anchors))
    if not found:
        raise LayoutError(
            f"{file}: no tensor is named {' or '.join(anchors)}, as in the released layout (it holds "
            f"{_some(sorted(state))}): is it the right file? If its tensors have other names, give them in {HERE}"
        )
    if len(found) > 1:
        raise LayoutError(f"{file}: {first} is there {len(found)} times, under {', '.join(map(repr, found))}: keep one")
    return {k[len(found[0]) :]: v for k, v in state.items() if k.startswith(found[0])}


def rename(state: dict[str, Tensor], table: dict, want: dict[str, Tensor], file: str, blocks: int = 0) -> dict[str, Tensor]:
    """The state dict in our names. want: ours, with the shapes that they must have."""
    names = numbered(table, blocks)
    wrong = [f"unexpected {n} {list(t.shape)}" for n, t in state.items() if n not in names]
    out = {}
    for theirs, ours in names.items():
        if ours is None:
            continue
        shape = list(want[ours].shape)
        if theirs not in state:
            wrong.append(f"missing {theirs} {shape}")
        elif _bare(state[theirs], len(shape)) != shape:
            wrong.append(f"{theirs} is {list(state[theirs].shape)}, want {shape}")
        else:
            out[ours] = state[theirs].reshape(shape).float()
    if wrong:
        raise LayoutError(
            f"{file}: {len(wrong)} tensors are not those of the released layout: {_some(wrong, '; ')}. If the sizes are "
            f"others, give them with --config; if only the names are, add them to {HERE}"
        )
    return out


def numbered(table: dict, blocks: int) -> dict:
    """The table with a row for each block."""
    return {
        theirs.replace("{n}", str(i)): ours and ours.replace("{n}", str(i))
        for theirs, ours in table.items()
        for i in range(blocks if "{n}" in theirs else 1)
    }


def _bare(t: Tensor, rank: int) -> list[int]:
    """A shape without ones in front: the embeddings are released as [1, …]."""
    shape = list(t.shape)
    while len(shape) > rank and shape[0] == 1:
        shape = shape[1:]
    return shape


def _some(items: list[str], between: str = ", ", most: int = 8) -> str:
    rest = f"{between}and {len(items) - most} more" if len(items) > most else ""
    return between.join(items[:most]) + rest
