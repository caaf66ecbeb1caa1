"""Runs exported graphs once: the encoder against PyTorch, the language model against itself.

The language model may be too large for PyTorch here; that its graphs equal the
reference implementation is proved by the tests, on small models.
"""

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from ..config import LEADS, SEGMENT
from .config import LayoutError
from .released import Released

# Mean difference from PyTorch, in standard deviations of the embeddings. Below fp32 it depends on the weights, and is
# told; a graph that is wrong is at one or more.
TOLERANCE = {"fp32": 1e-4, "fp16": 0.5, "bf16": 0.5, "int8": 0.5}


def run(model: Released, out: Path, precision: str) -> str:
    """What was found, in words; an error if the graphs are wrong."""
    off = encoder(model, out)
    if not off < TOLERANCE[precision]:
        raise LayoutError(
            f"{out}/encoder.onnx differs from PyTorch by {off:.2g} standard deviations, so no manifest is written: "
            "export in another --precision"
        )
    decoder(model, out)
    return f"embeddings {off:.1e} standard deviations from PyTorch's"


def session(file: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])


def encoder(model: Released, out: Path) -> float:
    torch.manual_seed(0)
    ecg = torch.rand(2, len(LEADS), SEGMENT) * 2 - 1
    ecg[0, 2:] = 0
    with torch.no_grad():
        want = model.encoder(ecg).numpy()
    got = session(out / "encoder.onnx").run(None, {"ecg": ecg.numpy()})[0]
    return float(np.sqrt(((got - want) ** 2).mean()) / want.std())


def decoder(model: Released, out: Path) -> None:
    """Two steps, the second on the cache of the first."""
    c = model.llama
    embed, decode = session(out / "embed.onnx"), session(out / "decoder.onnx")
    names = [f"past_key_values.{i}.{part}" for i in range(c.num_hidden_layers) for part in ("key", "value")]
    cache = [np.zeros((1, c.num_key_value_heads, 0, c.head_dim), np.float32)] * len(names)
    for ids, at in ((np.array([[0, 1, 2]]), np.array([[0, 1, 2]])), (np.array([[3]]), np.array([[3]]))):
        logits, *cache = decode.run(
            None,
            {
                "inputs_embeds": embed.run(None, {"input_ids": ids})[0],
                "attention_mask": np.ones((1, at[0, -1] + 1), np.int64),
                "position_ids": at,
                **dict(zip(names, cache)),
            },
        )
        if logits.shape != (1, 1, c.vocab_size) or not np.isfinite(logits).all():
            raise LayoutError(f"{out}/decoder.onnx gives {list(logits.shape)} logits, or some that are no numbers")
