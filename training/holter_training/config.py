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
FACTS = 10  # tokens that tell what facts.py counts
SHOWN = FACTS + TOKENS  # tokens of a segment that the language model sees, besides [CLS]

# Conditions that the model localizes. Beats and episodes are told by the dense head; patterns follow from the beats.
BEAT_CONDITIONS = ["V", "A", "L", "R", "F", "/"]
EPISODES = ["AFIB", "AFL", "STE", "STD", "ST"]
PATTERNS = ["VT", "SVTA", "B", "T", "P"]
CONDITIONS = BEAT_CONDITIONS + EPISODES + PATTERNS
BEAT_CLASSES = ["V", "A", "L", "R", "F", "/", "S", "QRS"]
DENSE = len(BEAT_CONDITIONS) + len(EPISODES) + len(BEAT_CLASSES)  # rows of the dense head
# What the model may be asked for: in strangers it hardly tells ST changes from none (model card).
OFFERED = [c for c in CONDITIONS if not c.startswith("ST")]


@dataclasses.dataclass
class ModelConfig:
    stem: int = 96  # channels of the convolutional stem
    encoder: int = 192  # width of the encoder
    encoder_layers: int = 4
    encoder_heads: int = 6
    hidden: int = 192  # width of the language model
    layers: int = 3
    heads: int = 6
    kv_heads: int = 3
    mlp: int = 512
    vocab: int = 0  # set from the tokenizer
    dropout: float = 0.0
    # Probability from which on a beat, or a frame of an episode, is one; chosen on the cross-validation.
    thresholds: list[float] = dataclasses.field(
        default_factory=lambda: [0.18, 0.25, 0.2, 0.3, 0.08, 0.35, 0.45, 0.5, 0.5, 0.5, 0.5]
    )

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads


@dataclasses.dataclass
class TrainConfig:
    """The phases, in their order: the language model learns to put into words what is counted on made-up dense maps,
    of which of several ECGs first, then the maps themselves; the encoder learns the dense maps of ECGs, then those of recordings that
    nobody annotated too, as it sees them; the language model learns to read what it gives."""

    reports_steps: int = 600
    words_steps: int = 2000
    reader_steps: int = 3000
    dense_steps: int = 2300
    taught_steps: int = 3500
    text_steps: int = 300
    batch: int = 48
    rate: float = 1.5e-3  # highest learning rate of a phase
    taught_rate: float = 1e-3
    text_rate: float = 5e-4
    warmup: int = 200
    weight_decay: float = 0.1
    average: float = 0.998  # exponential moving average of the weights
    synthetic: float = 0.35  # share of clips with a synthetic rhythm
    seed: int = 1
    threads: int = 2
    workers: int = 1  # processes that make clips, each about a thousand a second
    checkpoint_every: int = 250


def load(path: Path) -> tuple[ModelConfig, TrainConfig]:
    """Reads {"model": {...}, "train": {...}}; a missing key keeps its default."""
    raw = json.loads(Path(path).read_text())
    return ModelConfig(**raw.get("model", {})), TrainConfig(**raw.get("train", {}))
