"""A model and its training in one JSON file: presets/paper.json, presets/default.json, presets/tiny.json, or one's own.

encoder  "kind": "patches", the paper's ViT over patches of one lead, or "stem", convolutions shared by the leads
llama    the language model, in the names of Hugging Face's config.json
lora, tokens, text (the encoder of reports for contrastive pre-training), train (phases and settings)
without  rows of the paper's ablation table to train, see WITHOUT

What is not said has the paper's value or, where the paper is silent, that of the classes here.
"""

import dataclasses
import json
from pathlib import Path

from .paper.config import Encoder, LayoutError, Llama, Lora, Stem, Tokens

FOLDER = Path(__file__).with_name("presets")
NAMES = sorted(f.stem for f in FOLDER.glob("*.json"))
KINDS = {"patches": Encoder, "stem": Stem}

# Table 8 of the paper, row by row.
WITHOUT = {
    "contrastive": "the encoder begins stage 1 with random weights",
    "lead-embedding": "the encoder is not told which lead is which",
    "dynamic-input": "of the ECGs of a question, the first 10 s of the first are shown",
    "lora": "the whole language model is trained where LoRA would be",
    "replay": "a stage sees the tasks that it adds, not those before",
    "curriculum": "one stage on all tasks, instead of three",
}


@dataclasses.dataclass(frozen=True)
class Text:
    """The encoder of reports: a small transformer, or, where folder names one, a Hugging Face model that stays as it is."""

    dim: int = 256
    depth: int = 4
    heads: int = 4
    longest: int = 256  # tokens of a report; the rest is cut
    joint: int = 512  # width in which ECGs and reports are compared
    folder: str = ""


@dataclasses.dataclass(frozen=True)
class Phase:
    epochs: float
    batch: int
    rate: float  # highest learning rate


@dataclasses.dataclass(frozen=True)
class Train:
    """Stages 1 to 3 as in the paper's Table 3; of the other phases and settings it does not tell."""

    pretrain: Phase = Phase(10, 256, 1e-4)
    language: Phase = Phase(0, 64, 1e-3)  # of a language model that has no weights yet
    stage1: Phase = Phase(2, 256, 1e-4)
    stage2: Phase = Phase(2, 64, 1e-4)
    stage3: Phase = Phase(1, 64, 1e-4)
    single: Phase = Phase(2, 64, 1e-4)  # instead of the three, without curriculum
    micro: int = 8  # conversations at a time; the gradients of a batch are added up
    precision: str = "bf16"  # or "fp32"
    warmup: int = 100  # steps
    weight_decay: float = 0.01
    average: float = 0.0  # moving average of the weights; 0: none
    seed: int = 1
    workers: int = 2  # processes that read recordings
    threads: int = 0  # of a CPU; 0: as many as it has
    checkpoint_every: int = 200  # steps


@dataclasses.dataclass(frozen=True)
class Preset:
    encoder: Encoder | Stem = Encoder()
    llama: Llama = Llama()
    lora: Lora = Lora()
    tokens: Tokens = Tokens()
    text: Text = Text()
    train: Train = Train()
    without: tuple[str, ...] = ()

    def __post_init__(self):
        if unknown := sorted(set(self.without) - set(WITHOUT)):
            raise LayoutError(f"without: {unknown[0]!r} is no ablation (known: {', '.join(WITHOUT)})")
        if self.train.precision not in ("bf16", "fp32"):
            raise LayoutError(f"train.precision is {self.train.precision!r}, want 'bf16' or 'fp32'")


def load(name: str | Path) -> Preset:
    """A preset by its name, or a JSON file."""
    path = FOLDER / f"{name}.json" if str(name) in NAMES else Path(name)
    if not path.is_file():
        raise LayoutError(f"{name}: neither a file nor one of the presets {', '.join(NAMES)}")
    try:
        return _made(Preset, json.loads(path.read_text()), "")
    except json.JSONDecodeError as e:
        raise LayoutError(f"{path}: not JSON: {e}") from e
    except (LayoutError, TypeError) as e:
        raise LayoutError(f"{path}: {e}") from e


def _made(kind: type, raw: dict, prefix: str):
    """A dataclass from its JSON object; errors name the key."""
    fields = {f.name: f for f in dataclasses.fields(kind)}
    if unknown := sorted(set(raw) - set(fields)):
        raise LayoutError(f"unknown key {prefix}{unknown[0]} (known: {', '.join(sorted(fields))})")
    values = {}
    for key, value in raw.items():
        part = fields[key].type
        if kind is Preset and key == "encoder":
            if (part := KINDS.get(value.get("kind", "patches"))) is None:
                raise LayoutError(f"encoder.kind is {value['kind']!r}, want {' or '.join(KINDS)}")
        if dataclasses.is_dataclass(part):
            values[key] = _made(part, value, f"{prefix}{key}.")
        else:
            values[key] = tuple(value) if isinstance(value, list) else value
    try:
        return kind(**values)
    except TypeError as e:  # of a phase everything is said
        raise LayoutError(f"{prefix.rstrip('.')}: {e}") from e


def dump(p: Preset) -> str:
    return json.dumps(dataclasses.asdict(p), indent=2) + "\n"
