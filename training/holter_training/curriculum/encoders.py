"""The two kinds of encoder, each with its connector, used alike."""

import torch
from torch import Tensor, nn

from ..config import ModelConfig
from ..model import Encoder as StemEncoder
from ..paper.config import Encoder, Llama, Stem
from ..paper.vit import EcgEncoder

# Names that belong to the connector of either kind, and the parameters that tell leads apart.
CONNECTOR = ("connector.", "feedback.", "fed.", "time", "fact")
LEAD = ("vit.lead", "stem.slot.weight", "stem.slot_out.weight")


def model_config(c: Stem, llama: Llama) -> ModelConfig:
    """The sizes of the shipped architecture."""
    return ModelConfig(
        stem=c.stem, encoder=c.dim, encoder_layers=c.depth, encoder_heads=c.heads, hidden=llama.hidden_size,
        layers=llama.num_hidden_layers, heads=llama.num_attention_heads, kv_heads=llama.num_key_value_heads,
        mlp=llama.intermediate_size, vocab=llama.vocab_size,
    )  # fmt: skip


def build(c: Encoder | Stem, llama: Llama) -> nn.Module:
    return StemEncoder(model_config(c, llama)) if isinstance(c, Stem) else EcgEncoder(c, llama.hidden_size)


def features(encoder: nn.Module, segments: Tensor) -> Tensor:
    """What the encoder makes of segments, before the connector: [n, 1 + patches, width]."""
    return encoder.vit(segments) if isinstance(encoder, EcgEncoder) else encoder.look(segments)[0]


def embeddings(encoder: nn.Module, segments: Tensor) -> Tensor:
    """What the language model sees of segments: [n, 1 + patches, hidden]."""
    return encoder(segments) if isinstance(encoder, EcgEncoder) else encoder(segments)[0]


def forget_leads(encoder: nn.Module) -> None:
    """Takes away what tells the leads apart; it must not be trained after that."""
    with torch.no_grad():
        for name, p in encoder.named_parameters():
            if name in LEAD:
                p.zero_()
