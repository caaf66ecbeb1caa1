"""manifest.json of a model folder: what package pkg/model of Holter reads, which says what every key means."""

import json
from pathlib import Path

from .config import LEADS, RATE, SEGMENT

FILE = "manifest.json"


def build(
    name: str, version: str, tokens_per_segment: int, decoder: dict, tokens: dict, localization: dict,
    encoder: dict | None = None, precision: str = "fp32",
) -> dict:  # fmt: skip
    """decoder: the language model's sizes; encoder: outputs beside the embeddings, if it has any; precision: of the weights."""
    lower = {} if precision == "fp32" else {"precision": precision}
    return {
        "format": 1,
        "name": name,
        "version": version,
        **lower,
        "input": {"rate_hz": RATE, "segment_samples": SEGMENT, "leads": LEADS, "scale": "minmax"},
        "encoder": {
            "file": "encoder.onnx",
            "input": "ecg",
            "embeddings": "embeddings",
            "tokens_per_segment": tokens_per_segment,
            **(encoder or {}),
        },
        "embed": {"file": "embed.onnx", "input": "input_ids", "output": "inputs_embeds"},
        "decoder": {"file": "decoder.onnx", **decoder},
        "tokens": tokens,
        "localization": localization,
        "generation": {"max_new_tokens": 256},
    }


def read(folder: Path) -> dict:
    path = folder / FILE
    if not path.is_file():
        raise SystemExit(f"{path}: no such file; a model is a folder with a {FILE}, as holter_training.export writes it")
    return json.loads(path.read_text())


def write(folder: Path, m: dict) -> None:
    """Comes last: a folder without a manifest is no model."""
    (folder / FILE).write_text(json.dumps(m, indent=2) + "\n")
