"""Contrastive pre-training of the encoder: a [CLS] and its report are to be nearer than either is to others."""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from ..paper.config import LayoutError
from ..preset import Text


class Contrast(nn.Module):
    """width: of the encoder; vocab: of the tokenizer that the small encoder of reports reads with."""

    def __init__(self, c: Text, width: int, vocab: int):
        super().__init__()
        self.config = c
        self.ecg = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, c.joint, bias=False))
        self.report = nn.Linear(c.dim, c.joint, bias=False)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.theirs: list[nn.Module] = []  # the model of a folder; not a part of ours, as it stays as it is
        if not c.folder:
            self.words, self.place = nn.Embedding(vocab, c.dim), nn.Parameter(torch.randn(c.longest, c.dim) * 0.02)
            layer = nn.TransformerEncoderLayer(c.dim, c.heads, 4 * c.dim, 0.0, "gelu", batch_first=True, norm_first=True)
            self.blocks = nn.TransformerEncoder(layer, c.depth, enable_nested_tensor=False)

    def read(self, ids: Tensor, real: Tensor) -> Tensor:
        """Reports [n, tokens], and which tokens are not padding -> [n, joint]."""
        if self.config.folder:
            self.theirs = self.theirs or [_theirs(self.config.folder, ids.device)]
            with torch.no_grad():
                x = self.theirs[0](input_ids=ids, attention_mask=real.long()).last_hidden_state
        else:
            x = self.blocks(self.words(ids) + self.place[: ids.shape[1]], src_key_padding_mask=~real)
        weight = real.unsqueeze(-1).to(x.dtype)
        return self.report((x * weight).sum(1) / weight.sum(1))

    def loss(self, cls: Tensor, ids: Tensor, real: Tensor) -> Tensor:
        """Symmetric InfoNCE: every ECG [n, width] is to find its report among the n, and the other way round."""
        a, b = F.normalize(self.ecg(cls).float(), dim=-1), F.normalize(self.read(ids, real).float(), dim=-1)
        logits = self.scale.clamp(max=math.log(100)).exp() * a @ b.T
        right = torch.arange(len(cls), device=cls.device)
        return (F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2


def tokens(tok: Tokenizer, reports: list[str], longest: int) -> tuple[Tensor, Tensor]:
    """Ids of reports, padded, and which are real."""
    rows = [tok.encode(r).ids[:longest] or [0] for r in reports]
    real = torch.arange(max(map(len, rows))) < torch.tensor([len(r) for r in rows]).unsqueeze(1)
    return torch.zeros(real.shape, dtype=torch.long).masked_scatter(real, torch.tensor(sum(rows, []))), real


def tokenizer_of(folder: str) -> Tokenizer:
    file = Path(folder) / "tokenizer.json"
    if not file.is_file():
        raise LayoutError(f"{file}: no such file (want a Hugging Face folder with config.json, weights and tokenizer.json)")
    tok = Tokenizer.from_file(str(file))
    tok.no_padding()
    return tok


def width_of(folder: str) -> int:
    return _auto("AutoConfig", folder).hidden_size


def _theirs(folder: str, device: torch.device) -> nn.Module:
    return _auto("AutoModel", folder).to(device).eval()


def _auto(kind: str, folder: str):
    try:
        import transformers
    except ImportError as e:
        raise LayoutError("an encoder of reports from a folder needs the package transformers: pip install transformers") from e
    try:
        return getattr(transformers, kind).from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as e:
        raise LayoutError(f"{folder}: not a Hugging Face folder with an encoder of texts: {e}") from e
