"""Encoder, connector and language model.

The encoder reads 12 leads x 10 s at 100 Hz, zeros for missing leads:
  stem        convolutions shared by the leads, conditioned on the lead's slot
  pooling     attention over the leads that are present
  tokens      0.2 s each, through a transformer with a [CLS] token
  dense head  50 ms frames: is a span of condition c here, is a beat of class k here;
              its probabilities are fed into what the language model sees
  facts       what a report tells of the map, counted: a token each (facts.py)
The connector maps [CLS] and the tokens of time to the width of the language model, a
decoder of the Llama architecture (RMSNorm, rotary, grouped-query attention, SwiGLU).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, DENSE, EPISODES, FACTS, FRAME, FRAMES, LEADS, PATCH, TOKENS, ModelConfig
from .decoder import Decoder, attend
from .facts import BINS, facts
from .paper.config import Llama
from .rules import intervals, patterns


class ConvBlock(nn.Module):
    """Depth-wise convolution and a pointwise MLP, with a residual."""

    def __init__(self, width: int, kernel: int = 9):
        super().__init__()
        self.depth = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:  # [b, width, frames]
        y = self.norm(self.depth(x).transpose(1, 2))
        return x + self.down(F.gelu(self.up(y))).transpose(1, 2)


class Stem(nn.Module):
    """One lead to features at 50 ms."""

    def __init__(self, width: int):
        super().__init__()
        self.a = nn.Conv1d(1, 32, 11, padding=5)
        self.slot = nn.Embedding(len(LEADS), 2 * 32)
        self.b = nn.Conv1d(32, 64, 7, padding=3)
        self.c = nn.Conv1d(64, width, 9, stride=FRAME, padding=2)
        self.blocks = nn.Sequential(ConvBlock(width), ConvBlock(width))
        self.slot_out = nn.Embedding(len(LEADS), width)

    def forward(self, x: Tensor, slot: Tensor) -> Tensor:  # [n, 1000], [n] -> [n, width, 200]
        scale, shift = self.slot(slot).unsqueeze(-1).chunk(2, dim=1)
        y = F.gelu(self.a(x.unsqueeze(1)) * (1 + scale) + shift)
        y = F.gelu(self.b(y))
        return self.blocks(self.c(y) + self.slot_out(slot).unsqueeze(-1))


class Block(nn.Module):
    """Pre-norm transformer block; q, k and v without bias."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        b, n, w = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        y = attend(q, k, v).transpose(1, 2).reshape(b, n, w)
        x = x + self.drop(self.out(y))
        return x + self.drop(self.down(F.gelu(self.up(self.norm2(x)))))


def doubt_at_half(prob: Tensor, threshold: Tensor) -> Tensor:
    """Probabilities so shifted that what was at the threshold (a logit) is one half."""
    prob = prob.clamp(1e-4, 1 - 1e-4)
    return torch.sigmoid(torch.log(prob / (1 - prob)) - threshold)


def edges(rows: Tensor) -> Tensor:
    """Where spans begin, and where they end: [n, conditions, frames] -> [n, 2 * conditions, frames]."""
    on = torch.sigmoid(40 * (rows - 0.5))
    padded = F.pad(on, (1, 1))
    return torch.cat([F.relu(on - padded[..., :-2]), F.relu(on - padded[..., 2:])], 1)


def clock(steps: int, width: int) -> Tensor:
    """Time as waves of many lengths, with which a model begins to tell it: [1, steps, width]."""
    at = torch.arange(steps).unsqueeze(1)
    length = torch.logspace(math.log10(4), math.log10(4 * steps), width // 2)
    return (torch.cat([torch.sin(2 * math.pi * at / length), torch.cos(2 * math.pi * at / length)], 1) * 0.2).unsqueeze(0)


class Encoder(nn.Module):
    def __init__(self, c: ModelConfig):
        super().__init__()
        at = torch.logit(torch.tensor(c.thresholds)).view(1, -1, 1)
        self.register_buffer("threshold", at, persistent=False)
        self.stem = Stem(c.stem)
        self.score = nn.Conv1d(c.stem, 8, 1)
        self.patch = nn.Linear(c.stem * PATCH, c.encoder)
        self.cls = nn.Parameter(torch.zeros(1, 1, c.encoder))
        self.position = nn.Parameter(torch.randn(1, TOKENS + 1, c.encoder) * 0.02)
        self.blocks = nn.ModuleList(Block(c.encoder, c.encoder_heads, c.dropout) for _ in range(c.encoder_layers))
        self.spread = nn.Linear(c.encoder, c.stem * PATCH)
        self.refine = nn.Sequential(ConvBlock(c.stem), ConvBlock(c.stem))
        kinds = len(CONDITIONS) + len(BEAT_CLASSES)
        self.dense = nn.Conv1d(c.stem, DENSE, 1)
        nn.init.constant_(self.dense.bias, -3.0)  # most frames hold nothing
        self.feedback = nn.Linear((kinds + 2 * len(CONDITIONS)) * PATCH, c.encoder)
        self.fed = nn.LayerNorm(c.encoder)
        self.time = nn.Parameter(clock(TOKENS + 1, c.encoder))
        self.facts = nn.Parameter(torch.randn(FACTS, BINS, c.hidden) * 0.5)
        self.fact = nn.Parameter(torch.randn(FACTS, c.hidden) * 0.5)  # which one it is
        self.connector = nn.Sequential(nn.Linear(c.encoder, c.encoder), nn.GELU(), nn.Linear(c.encoder, c.hidden))

    def pool(self, features: Tensor, clip: Tensor, clips: int) -> Tensor:
        """Attention over each clip's leads: features [n, c, f] of leads that belong to clip[n]."""
        n, c, f = features.shape
        weight = torch.exp(self.score(features).clamp(-8, 8))  # [n, 8, f]
        parts = features.view(n, 8, c // 8, f) * weight.unsqueeze(2)
        # A product with the clip-by-lead matrix: unlike index_add it means the same in ONNX.
        belongs = (torch.arange(clips, device=clip.device).unsqueeze(1) == clip.unsqueeze(0)).to(parts.dtype)
        total = (belongs @ parts.flatten(1)).view(clips, 8, c // 8, f)
        norm = (belongs @ weight.to(parts.dtype).flatten(1)).view(clips, 8, 1, f)
        return (total / (norm + 1e-6)).view(clips, c, f)

    def look(self, ecg: Tensor) -> tuple[Tensor, Tensor]:
        """[n, 12, 1000] -> features [n, 1 + 50, width], dense logits [n, DENSE, 200]."""
        n = ecg.shape[0]
        present = torch.nonzero(ecg.abs().amax(-1) > 0)
        clip, slot = present[:, 0], present[:, 1]
        leads = ecg.reshape(n * len(LEADS), -1)[clip * len(LEADS) + slot]
        x = self.pool(self.stem(leads, slot), clip, n)
        tokens = self.patch(x.view(n, -1, TOKENS, PATCH).transpose(1, 2).reshape(n, TOKENS, -1))
        y = torch.cat([self.cls.expand(n, -1, -1), tokens], 1) + self.position
        for block in self.blocks:
            y = block(y)
        spread = self.spread(y[:, 1:]).view(n, TOKENS, -1, PATCH).transpose(1, 2).reshape(n, -1, FRAMES)
        return y, self.dense(self.refine(x + spread))

    def map(self, prob: Tensor) -> Tensor:
        """Dense probabilities as the language model is to see them, doubt at one half: [n, kinds, 200].

        Spans of beats by the interval rule, episodes, patterns of beats, and the classes of the beats; of QRS complexes as they are.
        """
        beats, told = len(BEAT_CONDITIONS), len(BEAT_CONDITIONS) + len(EPISODES)
        sure = doubt_at_half(prob[:, told : told + beats], self.threshold[:, :beats])
        episodes = doubt_at_half(prob[:, beats:told], self.threshold[:, beats:])
        spans = [intervals(sure, prob[:, -1]), episodes, patterns(sure, prob[:, -1])]
        return torch.cat([*spans, sure, prob[:, told + beats :]], 1)

    def project(self, y: Tensor, prob: Tensor) -> Tensor:
        """Features (zeros: none) and a map [n, kinds, 200] -> embeddings [n, 1 + FACTS + 50, hidden]."""
        told = torch.einsum("nfb,fbe->nfe", facts(prob), self.facts) + self.fact
        prob = torch.cat([edges(prob[:, : len(CONDITIONS)]), prob], 1)
        n, kinds, _ = prob.shape
        back = prob.view(n, kinds, TOKENS, PATCH).transpose(1, 2).reshape(n, TOKENS, kinds * PATCH)
        y = self.fed(y) + self.time
        y = self.connector(torch.cat([y[:, :1], y[:, 1:] + self.feedback(4 * back)], 1))
        return torch.cat([y[:, :1], told.to(y.dtype), y[:, 1:]], 1)

    def forward(self, ecg: Tensor) -> tuple[Tensor, Tensor]:
        """[n, 12, 1000] -> embeddings [n, 1 + FACTS + 50, hidden], dense logits [n, DENSE, 200]."""
        y, dense = self.look(ecg)
        return self.project(y, self.map(torch.sigmoid(dense))), dense


def language(c: ModelConfig) -> Llama:
    """Sizes of the language model."""
    return Llama(
        c.hidden, c.mlp, c.layers, c.heads, c.kv_heads, c.head_dim, c.vocab, max_position_embeddings=1024, rope_theta=10000.0
    )  # fmt: skip


class EcgChat(nn.Module):
    def __init__(self, c: ModelConfig):
        super().__init__()
        self.config = c
        self.encoder = Encoder(c)
        self.embed = nn.Embedding(c.vocab, c.hidden)
        nn.init.normal_(self.embed.weight, std=0.05)
        self.decoder = Decoder(language(c))

    def tell_apart(self, several: list[int]) -> None:
        """What is added to ECGs has to be of their size from the beginning."""
        with torch.no_grad():
            self.embed.weight[several] *= 15

    def fuse(self, ids: Tensor, ecg: Tensor, places: list[int]) -> Tensor:
        """Embeddings of ids [b, s], with those of ecg [b, tokens, hidden] in the places of the first placeholder, and added
        to the others, which tell ECGs apart."""
        x = self.embed(ids)
        here = torch.isin(ids, torch.tensor(places, device=ids.device)).unsqueeze(-1)
        x = x.masked_fill((ids == places[0]).unsqueeze(-1), 0)
        return x + torch.zeros_like(x).masked_scatter(here, ecg.to(x.dtype))
