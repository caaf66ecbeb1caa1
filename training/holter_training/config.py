"""Sizes of the model and settings of a training run."""

import dataclasses
import json
from pathlib import Path

LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
RATE = 100  # Hz
SEGMENT = 1000  # samples, 10 s
FRAME = 5  # samples of one dense frame, 50 ms
FRAMES = SEGMENT // FRAME
PATCH = 4  # frames of one token, 0.2 s
TOKENS = FRAMES // PATCH

# Conditions that the model localizes, and the beat classes of its dense head.
CONDITIONS = ["V", "A", "L", "R"]
BEAT_CLASSES = ["V", "A", "L", "R", "F", "/", "S", "QRS"]


@dataclasses.dataclass
class ModelConfig:
    stem: int = 128  # channels of the convolutional stem
    encoder: int = 256  # width of the encoder
    encoder_layers: int = 4
    encoder_heads: int = 8
    hidden: int = 192  # width of the language model
    layers: int = 3
    heads: int = 6
    kv_heads: int = 3
    mlp: int = 512
    vocab: int = 0  # set from the tokenizer
    dropout: float = 0.0

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads


@dataclasses.dataclass
class TrainConfig:
    steps: int = 5000
    dense_steps: int = 2600  # of these, the first ones train the encoder by its dense head alone
    batch: int = 48
    questions: int = 2  # asked of every clip
    rate: float = 1.5e-3
    warmup: int = 200
    weight_decay: float = 0.1
    dense_weight: float = 5.0
    average: float = 0.999  # exponential moving average of the weights
    seed: int = 1
    threads: int = 2
    checkpoint_every: int = 250


def load(path: Path) -> tuple[ModelConfig, TrainConfig]:
    """Reads {"model": {...}, "train": {...}}; a missing key keeps its default."""
    raw = json.loads(Path(path).read_text())
    return ModelConfig(**raw.get("model", {})), TrainConfig(**raw.get("train", {}))
