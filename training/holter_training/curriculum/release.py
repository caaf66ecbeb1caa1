"""Writes a trained model as the exports read it.

patches  the released layout: encoder, projection, LoRA and, where the language model was trained here, its Llama folder
stem     a checkpoint of the shipped architecture, LoRA merged
"""

import dataclasses
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from .. import preset
from ..model import language
from ..paper import lora, names
from ..paper.config import LayoutError, Stem
from . import adapter, encoders
from .adapter import Adapted
from .setup import Training


def write(t: Training, out: Path) -> str:
    """The command that exports what was written."""
    out.mkdir(parents=True, exist_ok=True)
    return _shipped(t, out) if isinstance(t.preset.encoder, Stem) else _released(t, out)


def _released(t: Training, out: Path) -> str:
    p, model = t.preset, t.run.model
    vit, table = model.encoder.vit.state_dict(), names.numbered(names.ENCODER, p.encoder.depth)
    torch.save({theirs: vit[ours].cpu() for theirs, ours in table.items() if ours}, out / "ecg_model.pth")
    torch.save({k: v.cpu() for k, v in model.encoder.connector.state_dict().items()}, out / "projection.pth")
    (out / "preset.json").write_text(preset.dump(p))
    said = f"--encoder {out}/ecg_model.pth --projection {out}/projection.pth --config {out}/preset.json"
    if "lora" not in p.without:
        save_file({k: v.cpu() for k, v in adapter.state(model.decoder, p.lora).items()}, out / lora.ADAPTER[0])
        settings = {"peft_type": "LORA", "r": p.lora.rank, "lora_alpha": p.lora.alpha, "target_modules": list(p.lora.targets)}
        (out / lora.SETTINGS).write_text(json.dumps(settings | {"bias": "none"}, indent=2) + "\n")
        said += f" --lora {out}"
    folder = t.weights
    if not t.run.elsewhere:  # it was trained here
        folder = out / "llama"
        _llama(t, folder)
    return f"python -m holter_training.paper.export {said} --llama {folder} --out DIR"


def _llama(t: Training, folder: Path) -> None:
    c, model = t.preset.llama, t.run.model
    folder.mkdir(exist_ok=True)
    ours = model.decoder.state_dict()
    tensors = {theirs: ours[name] for theirs, name in names.numbered(names.LLAMA, c.num_hidden_layers).items()}
    if c.tie_word_embeddings:
        del tensors["lm_head.weight"]
    tensors["model.embed_tokens.weight"] = model.embed.weight
    save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, folder / "model.safetensors")
    said = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", **dataclasses.asdict(c)}
    if c.rope_scaling:
        said["rope_scaling"] = {"rope_type": "llama3", **c.rope_scaling}
    (folder / "config.json").write_text(json.dumps(said, indent=2) + "\n")
    t.tok.save(str(folder / "tokenizer.json"))


def _shipped(t: Training, out: Path) -> str:
    p, model = t.preset, t.run.model
    sizes = encoders.model_config(p.encoder, p.llama)
    if language(sizes) != p.llama:
        raise LayoutError(f"holter_training.export writes language models of the form {language(sizes)}; this one is {p.llama}")
    state = {k: v.cpu() for k, v in model.state_dict().items() if not k.startswith("contrast.") and "lora_" not in k}
    for name, m in model.named_modules():
        if isinstance(m, Adapted):
            state[f"{name}.weight"] = m.merged().detach().cpu()
    torch.save({"model": state, "config": dataclasses.asdict(sizes)}, out / "checkpoint.pt")
    t.tok.save(str(out / "tokenizer.json"))
    return f"python -m holter_training.export --run {out} --out DIR --version 1"
