"""The language model: a decoder of the Llama architecture (RMSNorm, rotary, grouped-query attention, SwiGLU).

The same for the small model that Holter ships and for Llama 3; paper.names tells how Hugging Face names its tensors.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .paper.config import Llama


FUSED = 400  # positions, about from where on it is faster


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention, written out: on short sequences a CPU does it faster than the fused one."""
    if q.is_cuda or q.shape[-2] > FUSED:
        return F.scaled_dot_product_attention(q, k, v, None if mask is None else mask.to(q.dtype))
    score = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
    if mask is not None:
        score = score + mask
    return torch.softmax(score.float(), -1).to(v.dtype) @ v


class RMSNorm(nn.Module):
    def __init__(self, width: int, eps: float):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-b, a], -1) * sin


class DecoderLayer(nn.Module):
    def __init__(self, c: Llama):
        super().__init__()
        self.c = c
        line = lambda n, m: nn.Linear(n, m, bias=False)
        heads, kv = c.num_attention_heads * c.head_dim, c.num_key_value_heads * c.head_dim
        self.norm1, self.norm2 = (RMSNorm(c.hidden_size, c.rms_norm_eps) for _ in range(2))
        self.q, self.k, self.v = line(c.hidden_size, heads), line(c.hidden_size, kv), line(c.hidden_size, kv)
        self.o = line(heads, c.hidden_size)
        self.gate, self.up = line(c.hidden_size, c.intermediate_size), line(c.hidden_size, c.intermediate_size)
        self.down = line(c.intermediate_size, c.hidden_size)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor, past: tuple[Tensor, Tensor] | None):
        b, s, _ = x.shape
        y = self.norm1(x)
        split = lambda t, h: t.view(b, s, h, self.c.head_dim).transpose(1, 2)
        q = rotate(split(self.q(y), self.c.num_attention_heads), cos, sin)
        k = rotate(split(self.k(y), self.c.num_key_value_heads), cos, sin)
        v = split(self.v(y), self.c.num_key_value_heads)
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        group = self.c.num_attention_heads // self.c.num_key_value_heads
        kk, vv = (t.unsqueeze(2).expand(-1, -1, group, -1, -1).flatten(1, 2) for t in (k, v))
        y = attend(q, kk, vv, mask)
        x = x + self.o(y.transpose(1, 2).reshape(b, s, -1))
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y)), (k, v)


class Decoder(nn.Module):
    """The language model without its embedding table."""

    def __init__(self, c: Llama):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(c) for _ in range(c.num_hidden_layers))
        self.norm = RMSNorm(c.hidden_size, c.rms_norm_eps)
        self.head = nn.Linear(c.hidden_size, c.vocab_size, bias=False)
        self.register_buffer("inverse", torch.tensor(c.frequencies(), device="cpu"), persistent=False)

    def forward(self, embeds: Tensor, attention: Tensor, position: Tensor, past: list | None = None, head: bool = True):
        """embeds [b, s, hidden]; attention 0 or 1, [b, past + s] or what each may see [b, s, past + s]; position [b, s]."""
        s, total = embeds.shape[1], attention.shape[-1]
        attention = attention.unsqueeze(1) if attention.ndim == 2 else attention
        angle = position.to(self.inverse.dtype).unsqueeze(-1) * self.inverse
        angle = torch.cat([angle, angle], -1).unsqueeze(1)
        cos, sin = angle.cos(), angle.sin()
        at = torch.arange(total, device=embeds.device)
        causal = at.unsqueeze(0) <= at[total - s :].unsqueeze(1)  # [s, total]
        seen = causal.unsqueeze(0) & (attention > 0)
        mask = torch.where(seen, 0.0, -1e9).unsqueeze(1).to(embeds.dtype)
        x, present = embeds, []
        for i, layer in enumerate(self.layers):
            x, kv = layer(x, cos.to(x.dtype), sin.to(x.dtype), mask, past[i] if past else None)
            present.append(kv)
        x = self.norm(x)
        return self.head(x) if head else x, present
