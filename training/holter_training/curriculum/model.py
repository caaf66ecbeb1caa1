"""Encoder, connector and language model of a preset."""

import dataclasses
from contextlib import nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..decoder import Decoder
from ..paper import names
from ..paper.llama import Source
from ..paper.vit import clip_tokens
from ..preset import Preset
from . import adapter, encoders
from .contrast import Contrast


@dataclasses.dataclass
class Batch:
    """Conversations, padded at their ends, and the segments of all their ECGs one after the other."""

    segments: Tensor | None  # [n, 12, 1000]
    counts: list[int]  # segments of each ECG
    ids: Tensor  # [b, s]
    said: Tensor  # [b, s]: to be learned

    def to(self, device: torch.device) -> "Batch":
        move = lambda t: None if t is None else t.to(device, non_blocking=True)
        return Batch(move(self.segments), self.counts, move(self.ids), move(self.said))


class Chat(nn.Module):
    """weights: of the language model, from a Hugging Face folder; without them they are random."""

    def __init__(self, p: Preset, weights: dict[str, Source] | None = None):
        super().__init__()
        self.preset = p
        self.encoder = encoders.build(p.encoder, p.llama)
        if "lead-embedding" in p.without:
            encoders.forget_leads(self.encoder)
        self.contrast = Contrast(p.text, p.encoder.dim, p.llama.vocab_size)
        with torch.device("meta") if weights else nullcontext():
            self.embed = nn.Embedding(p.llama.vocab_size, p.llama.hidden_size)
            self.decoder = Decoder(p.llama)
        if weights:
            self._take(weights)
        else:
            nn.init.normal_(self.embed.weight, std=0.05)
        if p.llama.tie_word_embeddings:
            self.decoder.head.weight = self.embed.weight
        if "lora" not in p.without:
            adapter.adapt(self.decoder, p.lora)

    def _take(self, weights: dict[str, Source]) -> None:
        """Half as wide where they stay as they are."""
        narrow = self.preset.train.precision == "bf16" and "lora" not in self.preset.without
        read = lambda name: nn.Parameter(weights[name].read().to(torch.bfloat16 if narrow else torch.float32))
        self.embed.weight = read("model.embed_tokens.weight")
        table = names.numbered(names.LLAMA, self.preset.llama.num_hidden_layers)
        state = {ours: read(theirs) for theirs, ours in table.items() if theirs in weights}
        self.decoder.load_state_dict({"head.weight": self.embed.weight} | state, assign=True)

    def part(self, name: str) -> str:
        """To which part of the model a parameter belongs."""
        if "lora_" in name:
            return "lora"
        first, _, rest = name.partition(".")
        if first == "encoder":
            return "connector" if rest.startswith(encoders.CONNECTOR) else "encoder"
        return "contrast" if first == "contrast" else "language"

    def unfreeze(self, parts: set[str]) -> list[nn.Parameter]:
        """Makes these parts, and no others, ones that are trained."""
        if "lora" in parts and "lora" in self.preset.without:
            parts = parts - {"lora"} | {"language"}
        fixed = encoders.LEAD if "lead-embedding" in self.preset.without else ()
        for name, p in self.named_parameters():
            p.requires_grad_(self.part(name) in parts and name.removeprefix("encoder.") not in fixed)
        return [p for p in self.parameters() if p.requires_grad]

    def see(self, segments: Tensor, counts: list[int]) -> list[Tensor]:
        """Embeddings of ECGs, each [1 + patches of all its segments, hidden]."""
        return [clip_tokens(y) for y in encoders.embeddings(self.encoder, segments).split(counts)]

    def hidden(self, b: Batch) -> Tensor:
        """What the language model makes of conversations: [b, s, hidden]."""
        x = self.embed(b.ids).float()
        if b.segments is not None:
            place = (b.ids == self.preset.tokens.ecg).unsqueeze(-1)
            x = x.masked_scatter(place, torch.cat(self.see(b.segments, b.counts)).to(x.dtype))
        mask = torch.ones_like(b.ids)
        at = torch.arange(mask.shape[1], device=mask.device).expand_as(mask)
        return self.decoder(x, mask, at, head=False)[0]

    def logits(self, b: Batch) -> Tensor:
        return self.decoder.head(self.hidden(b))

    def loss(self, b: Batch) -> Tensor:
        """Sum over the tokens that the assistant says."""
        wanted = b.said[:, 1:]
        logits = self.decoder.head(self.hidden(b)[:, :-1][wanted])
        return F.cross_entropy(logits.float(), b.ids[:, 1:][wanted], reduction="sum")

    def cls(self, segments: Tensor, counts: list[int]) -> Tensor:
        """The mean [CLS] of ECGs before the connector: [ecgs, width]."""
        each = encoders.features(self.encoder, segments)[:, 0]
        return torch.stack([y.mean(0) for y in each.split(counts)])
