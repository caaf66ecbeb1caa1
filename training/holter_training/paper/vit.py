"""The paper's encoder and connector.

A segment [12, 1000] is cut into patches of one lead and 200 samples, lead after
lead. Each patch gets its lead's and its position's embedding; a [CLS] token
comes first. The final LayerNorm of the classifier that the released encoder was
trained as is no part of encoding.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import LEADS
from .config import Encoder


class Block(nn.Module):
    """Pre-norm attention and MLP; q, k and v without bias, GELU exact."""

    def __init__(self, c: Encoder, dropout: float = 0.0):
        super().__init__()
        inner = c.heads * c.head_dim
        self.heads = c.heads
        self.norm1, self.norm2 = nn.LayerNorm(c.dim), nn.LayerNorm(c.dim)
        self.qkv, self.out = nn.Linear(c.dim, 3 * inner, bias=False), nn.Linear(inner, c.dim)
        self.up, self.down = nn.Linear(c.dim, c.mlp), nn.Linear(c.mlp, c.dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        n, length, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=self.drop.p if self.training else 0.0)
        x = x + self.drop(self.out(y.transpose(1, 2).flatten(2)))
        return x + self.drop(self.down(self.drop(F.gelu(self.up(self.norm2(x))))))


class Vit(nn.Module):
    def __init__(self, c: Encoder, dropout: float = 0.0):
        super().__init__()
        self.config = c
        self.patch_norm, self.patch, self.embed_norm = nn.LayerNorm(c.patch), nn.Linear(c.patch, c.dim), nn.LayerNorm(c.dim)
        self.lead = nn.Parameter(torch.randn(len(LEADS), c.dim) * 0.02)
        self.position = nn.Parameter(torch.randn(c.patches + 1, c.dim) * 0.02)  # the first is [CLS]'s
        self.cls = nn.Parameter(torch.randn(c.dim) * 0.02)
        self.drop = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(c, dropout) for _ in range(c.depth))

    def places(self) -> Tensor:
        """What is added to the patches, lead after lead: [12 * patches, dim]."""
        return (self.lead.unsqueeze(1) + self.position[1:]).flatten(0, 1)

    def forward(self, ecg: Tensor) -> Tensor:
        """[n, 12, 1000] -> [n, 1 + 12 * patches, dim]."""
        x = ecg.reshape(len(ecg), -1, self.config.patch)
        x = self.embed_norm(self.patch(self.patch_norm(x))) + self.places()
        first = (self.cls + self.position[0]).expand(len(ecg), 1, -1)
        x = self.drop(torch.cat([first, x], 1))
        for block in self.blocks:
            x = block(x)
        return x


class EcgEncoder(nn.Module):
    """Encoder and connector: segments to embeddings of the language model."""

    def __init__(self, c: Encoder, hidden: int, dropout: float = 0.0):
        super().__init__()
        self.vit = Vit(c, dropout)
        self.connector = nn.Sequential(nn.Linear(c.dim, hidden), nn.GELU(), nn.Linear(hidden, hidden))

    def forward(self, segments: Tensor) -> Tensor:
        return self.connector(self.vit(segments))


def clip_tokens(embeddings: Tensor) -> Tensor:
    """Embeddings of a clip's segments [n, 1 + p, hidden] -> [1 + n * p, hidden]: the mean [CLS], then the patches."""
    return torch.cat([embeddings[:, 0].mean(0, keepdim=True), embeddings[:, 1:].flatten(0, 1)])
