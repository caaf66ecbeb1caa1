"""Sizes of the paper's model, as presets or as one JSON file:

{"encoder": {"dim": 768, …}, "llama": {"hidden_size": 4096, …}, "lora": {"rank": 8, …}, "tokens": {"ecg": 128005, …}}

A key that is left out keeps its released value.
"""

import dataclasses
import math

from ..config import LEADS, SEGMENT, SHOWN


class LayoutError(ValueError):
    """A file is not what it should be; the message says what to do about it."""


@dataclasses.dataclass(frozen=True)
class Encoder:
    """A ViT over patches of one lead: the paper's."""

    kind: str = "patches"
    patch: int = 200  # samples
    dim: int = 768
    depth: int = 12
    heads: int = 12
    head_dim: int = 64
    mlp: int = 3072

    @property
    def patches(self) -> int:
        """Patches of one lead in a segment."""
        return SEGMENT // self.patch

    @property
    def tokens(self) -> int:
        """Tokens of a segment: [CLS] and the patches of all leads."""
        return 1 + len(LEADS) * self.patches


@dataclasses.dataclass(frozen=True)
class Stem:
    """Convolutions shared by the leads, attention over the leads, and a dense head: holter_training.model's."""

    kind: str = "stem"
    stem: int = 96  # channels of the convolutions
    dim: int = 192
    depth: int = 4
    heads: int = 6

    @property
    def tokens(self) -> int:
        return 1 + SHOWN


@dataclasses.dataclass(frozen=True)
class Llama:
    """The language model, in the names of Hugging Face's config.json."""

    hidden_size: int = 4096
    intermediate_size: int = 14336
    num_hidden_layers: int = 32
    num_attention_heads: int = 32
    num_key_value_heads: int = 8
    head_dim: int = 128
    vocab_size: int = 128256
    max_position_embeddings: int = 8192
    rms_norm_eps: float = 1e-5
    rope_theta: float = 500000.0
    rope_scaling: dict | None = None  # of Llama 3.1 and later; None for Llama 3
    tie_word_embeddings: bool = False

    def frequencies(self) -> list[float]:
        """Of the rotary embedding: radians per position, one for each pair of a head's dimensions."""
        plain = [self.rope_theta ** (-i / self.head_dim) for i in range(0, self.head_dim, 2)]
        return [_scaled(f, self.rope_scaling) for f in plain] if self.rope_scaling else plain


def _scaled(frequency: float, s: dict) -> float:
    """Llama 3.1's way to longer texts: slow rotations become slower, fast ones stay, and a ramp lies between."""
    turns = s["original_max_position_embeddings"] * frequency / (2 * math.pi)
    low, high = s["low_freq_factor"], s["high_freq_factor"]
    keep = min(max((turns - low) / (high - low), 0.0), 1.0)
    return frequency * (keep + (1 - keep) / s["factor"])


@dataclasses.dataclass(frozen=True)
class Lora:
    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.1
    targets: tuple[str, ...] = ("q_proj", "k_proj")


@dataclasses.dataclass(frozen=True)
class Tokens:
    """Ids of the special tokens around and in the place of an ECG."""

    ecg_start: int = 128003
    ecg: int = 128005
    ecg_end: int = 128004
