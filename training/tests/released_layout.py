"""Makes small checkpoints of the paper's released layout, with random weights, and answers with them by other means
than holter_training.paper: PyTorch's own transformer layers, Hugging Face's Llama, and LoRA beside the weights instead
of merged into them.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.utils import logging

from holter_training.paper.config import Encoder

# The special tokens of Llama 3 in their order; the reserved ones stand for what begins, is and ends an ECG.
SPECIAL = [
    "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>",
    "<|reserved_special_token_2|>", "<|reserved_special_token_3|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|reserved_special_token_4|>", "<|eot_id|>",
]  # fmt: skip
START, ECG, END = SPECIAL[3], SPECIAL[5], SPECIAL[4]
ALPHA = 16

logging.disable_progress_bar()

# Small ones, for the tests.
SIZES = Encoder(dim=24, depth=2, heads=3, head_dim=8, mlp=40)
LLAMA = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
}  # fmt: skip


def small_tokenizer() -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tok = Tokenizer(models.BPE({c: i for i, c in enumerate(alphabet)}, []))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.add_special_tokens(SPECIAL)
    return tok


def encoder_state(c: Encoder, std: float) -> dict[str, Tensor]:
    inner = c.heads * c.head_dim
    rand = lambda *shape: torch.randn(shape) * std
    norm = lambda name, n: {name + ".weight": 1 + rand(n), name + ".bias": rand(n)}
    line = lambda name, n, m: {name + ".weight": torch.randn(m, n) * n**-0.5, name + ".bias": rand(m)}
    out = {"lead_embedding": rand(1, 12, c.dim), "pos_embedding": rand(1, c.patches + 1, c.dim), "cls_token": rand(c.dim)}
    out |= norm("to_patch_embedding.1", c.patch) | line("to_patch_embedding.2", c.patch, c.dim) | norm("to_patch_embedding.3", c.dim)
    for i in range(c.depth):
        a, b = f"transformer.layers.{i}.0.", f"transformer.layers.{i}.1.net."
        out |= norm(a + "norm", c.dim) | line(a + "to_out.0", inner, c.dim) | norm(b + "0", c.dim)
        out |= {a + "to_qkv.weight": torch.randn(3 * inner, c.dim) * 2 * c.dim**-0.5}
        out |= line(b + "1", c.dim, c.mlp) | line(b + "4", c.mlp, c.dim)
    return out | norm("norm", c.dim) | {"fc.weight": rand(16, c.dim)}


def make(folder: Path, c: Encoder, llama: dict, tok: Tokenizer, rank: int = 8, loud: float = 12.0, shards: str = "5GB") -> None:
    """loud: how far apart the logits are, so that the same token is chosen on every machine."""
    hidden = llama["hidden_size"]
    torch.save(encoder_state(c, 0.2), folder / "ecg_model.pth")
    project = nn.Sequential(nn.Linear(c.dim, hidden), nn.GELU(), nn.Linear(hidden, hidden))
    torch.save(project.state_dict(), folder / "projection.pth")
    usual = {"rms_norm_eps": 1e-5, "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}}
    none = {"bos_token_id": None, "eos_token_id": None}
    config = LlamaConfig(vocab_size=tok.get_vocab_size(), attn_implementation="eager", **usual | none | llama)
    lm = LlamaForCausalLM(config)
    pairs = {}
    with torch.no_grad():
        for name, p in lm.named_parameters():
            if "norm" in name:
                p.add_(torch.randn_like(p) * 0.1)
            elif "_proj" in name:  # attention that lets the prompt matter
                p.normal_(std=1.5 * p.shape[1] ** -0.5)
        lm.model.embed_tokens.weight.normal_(std=0.5)
        if not config.tie_word_embeddings:
            lm.lm_head.weight.normal_(std=0.02 * loud)
    for i, layer in enumerate(lm.model.layers):
        for t in ("q_proj", "k_proj"):
            n, m = getattr(layer.self_attn, t).weight.shape
            at = f"base_model.model.model.layers.{i}.self_attn.{t}.lora_"
            pairs |= {at + "A.weight": torch.randn(rank, m) * 0.2, at + "B.weight": torch.randn(n, rank) * 0.2}
    lm.save_pretrained(folder / "llama", max_shard_size=shards)
    tok.save(str(folder / "llama" / "tokenizer.json"))
    save_file(pairs, folder / "adapter_model.safetensors")
    settings = {"r": rank, "lora_alpha": ALPHA, "target_modules": ["q_proj", "k_proj"], "bias": "none", "use_dora": False}
    (folder / "adapter_config.json").write_text(json.dumps(settings))


class Reference(nn.Module):
    """Reads the folder that make has written."""

    def __init__(self, folder: Path, c: Encoder, adapted: bool = True):
        super().__init__()
        self.c, self.state = c, torch.load(folder / "ecg_model.pth", weights_only=True)
        self.tok = Tokenizer.from_file(str(folder / "llama" / "tokenizer.json"))
        self.lm = LlamaForCausalLM.from_pretrained(folder / "llama", attn_implementation="eager", dtype=torch.float32)
        hidden = self.lm.config.hidden_size
        self.projection = nn.Sequential(nn.Linear(c.dim, hidden), nn.GELU(), nn.Linear(hidden, hidden))
        self.projection.load_state_dict(torch.load(folder / "projection.pth", weights_only=True))
        self.blocks = nn.ModuleList(self.block(i) for i in range(c.depth))
        if adapted:
            self.adapt(folder)
        self.eval()

    def block(self, i: int) -> nn.Module:
        c, s = self.c, {k.removeprefix(f"transformer.layers.{i}."): v for k, v in self.state.items()}
        out = nn.TransformerEncoderLayer(c.dim, c.heads, c.mlp, 0.0, "gelu", batch_first=True, norm_first=True)
        out.load_state_dict({
            "self_attn.in_proj_weight": s["0.to_qkv.weight"], "self_attn.in_proj_bias": torch.zeros(3 * c.dim),
            "self_attn.out_proj.weight": s["0.to_out.0.weight"], "self_attn.out_proj.bias": s["0.to_out.0.bias"],
            "norm1.weight": s["0.norm.weight"], "norm1.bias": s["0.norm.bias"],
            "norm2.weight": s["1.net.0.weight"], "norm2.bias": s["1.net.0.bias"],
            "linear1.weight": s["1.net.1.weight"], "linear1.bias": s["1.net.1.bias"],
            "linear2.weight": s["1.net.4.weight"], "linear2.bias": s["1.net.4.bias"],
        })  # fmt: skip
        return out

    def adapt(self, folder: Path) -> None:
        pairs = load_file(folder / "adapter_model.safetensors")
        for i, layer in enumerate(self.lm.model.layers):
            for t in ("q_proj", "k_proj"):
                at = f"base_model.model.model.layers.{i}.self_attn.{t}.lora_"
                a, b = pairs[at + "A.weight"], pairs[at + "B.weight"]
                beside = lambda m, x, y, a=a, b=b: y + x[0] @ a.T @ b.T * (ALPHA / len(a))
                getattr(layer.self_attn, t).register_forward_hook(beside)

    def segments(self, ecg: Tensor) -> Tensor:
        """[n, 12, 1000] -> [n, 61, hidden], patch by patch."""
        c, s, rows = self.c, self.state, []
        for lead in range(12):
            for p in range(c.patches):
                x = ecg[:, lead, p * c.patch : (p + 1) * c.patch]
                x = nn.functional.layer_norm(x, [c.patch], s["to_patch_embedding.1.weight"], s["to_patch_embedding.1.bias"])
                x = x @ s["to_patch_embedding.2.weight"].T + s["to_patch_embedding.2.bias"]
                x = nn.functional.layer_norm(x, [c.dim], s["to_patch_embedding.3.weight"], s["to_patch_embedding.3.bias"])
                rows.append(x + s["lead_embedding"][0, lead] + s["pos_embedding"][0, 1 + p])
        first = (s["cls_token"] + s["pos_embedding"][0, 0]).expand(len(ecg), -1)
        x = torch.stack([first, *rows], 1)
        for b in self.blocks:
            x = b(x)
        return self.projection(x)

    def clip(self, ecg: Tensor) -> Tensor:
        """Segments of one clip [n, 12, 1000] -> its tokens."""
        y = self.segments(ecg)
        return torch.cat([y[:, 0].mean(0, keepdim=True), *y[:, 1:]])

    def prompt(self, turns: list[tuple[list[Tensor], str, str | None]]) -> Tensor:
        """Embeddings [1, s, hidden] of a conversation: the clips, the question and the answer of each turn."""
        text, clips = "<|begin_of_text|>", []
        for ecgs, question, answer in turns:
            text += "<|start_header_id|>user<|end_header_id|>\n\n"
            for ecg in ecgs:
                clips.append(self.clip(ecg))
                text += START + ECG * len(clips[-1]) + END
            text += f"{question}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
            text += f"{answer}<|eot_id|>" if answer else ""
        ids = torch.tensor([self.tok.encode(text, add_special_tokens=False).ids])
        x = self.lm.get_input_embeddings()(ids)
        return x.masked_scatter((ids == self.tok.token_to_id(ECG)).unsqueeze(-1), torch.cat(clips)) if clips else x

    def logits(self, x: Tensor) -> Tensor:
        """Of the position after x [1, s, hidden]."""
        return self.lm(inputs_embeds=x, use_cache=False).logits[0, -1]

    def read_on(self, x: Tensor, token: int) -> Tensor:
        return torch.cat([x, self.lm.get_input_embeddings()(torch.tensor([[token]]))], 1)
