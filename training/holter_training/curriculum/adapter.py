"""LoRA beside the weights of the decoder, under PEFT's names when it is saved."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..decoder import Decoder
from ..paper.config import LayoutError, Lora

MODULES = {f"{m}_proj": m for m in ("q", "k", "v", "o", "gate", "up", "down")}
PEFT = "base_model.model.model.layers.{n}.{part}.{target}.lora_{half}.weight"


class Adapted(nn.Linear):
    """A linear layer with a low-rank change of its weight; the names of its own weights stay."""

    def __init__(self, base: nn.Linear, c: Lora):
        nn.Module.__init__(self)
        self.in_features, self.out_features = base.in_features, base.out_features
        self.weight, self.bias = base.weight, base.bias
        self.scale, self.drop = c.alpha / c.rank, nn.Dropout(c.dropout)
        self.lora_A = nn.Parameter(torch.empty(c.rank, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, c.rank))  # no change at first
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + self.scale * F.linear(F.linear(self.drop(x), self.lora_A), self.lora_B)

    def merged(self) -> Tensor:
        return self.weight + self.scale * (self.lora_B @ self.lora_A)


def adapt(decoder: Decoder, c: Lora) -> None:
    if unknown := sorted(set(c.targets) - set(MODULES)):
        raise LayoutError(f"lora.targets: {unknown[0]!r} is none of {', '.join(MODULES)}")
    for layer in decoder.layers:
        for target in c.targets:
            setattr(layer, MODULES[target], Adapted(getattr(layer, MODULES[target]), c))


def state(decoder: Decoder, c: Lora) -> dict[str, Tensor]:
    """The adapter as PEFT saves it."""
    out = {}
    for n, layer in enumerate(decoder.layers):
        for target in c.targets:
            m = getattr(layer, MODULES[target])
            part = "self_attn" if target in ("q_proj", "k_proj", "v_proj", "o_proj") else "mlp"
            out |= {PEFT.format(n=n, part=part, target=target, half=h): getattr(m, f"lora_{h}").detach() for h in "AB"}
    return out
