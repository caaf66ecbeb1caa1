"""Exports a checkpoint of the paper's released layout to the ONNX folder that Holter runs, LoRA merged.

python -m holter_training.paper.export --encoder ecg_model.pth --projection projection.pth --lora step_N \\
    --llama Meta-Llama-3-8B-Instruct --out ../models/anyecg-chat --precision fp16
"""

import argparse
import shutil
from pathlib import Path

from .. import manifest, preset
from . import check, decoder_graph, encoder_graph, released, tokens
from .config import LayoutError, Tokens
from .graph import LIMIT, PRECISIONS
from .released import Released

CONDITIONS = ["V", "A", "S", "L", "R"]  # that the released model was taught to locate


def write(model: Released, out: Path, precision: str, limit: int) -> None:
    """All but the manifest, which comes last: a folder without one is no model."""
    out.mkdir(parents=True, exist_ok=True)
    (out / manifest.FILE).unlink(missing_ok=True)
    encoder_graph.encoder(model.encoder, precision).save(out / "encoder.onnx", limit)
    decoder_graph.embed(model.llama, model.tensors, precision).save(out / "embed.onnx", limit)
    decoder_graph.decoder(model.llama, model.tensors, precision).save(out / "decoder.onnx", limit)
    shutil.copy(model.tokenizer, out / "tokenizer.json")


def described(model: Released, special: dict, name: str, version: str, conditions: list[str], precision: str) -> dict:
    """The manifest."""
    c = model.llama
    decoder = {
        "layers": c.num_hidden_layers,
        "kv_heads": c.num_key_value_heads,
        "head_dim": c.head_dim,
        "hidden": c.hidden_size,
        "vocab": c.vocab_size,
        "max_tokens": c.max_position_embeddings,
        "logits": "last",
    }
    localization = {"conditions": conditions, "segments": "joint"}
    return manifest.build(name, version, model.sizes.tokens, decoder, special, localization, precision=precision)


def arguments() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--encoder", type=Path, required=True, help="state dict of the encoder")
    p.add_argument("--projection", type=Path, required=True, help="state dict of the projection")
    p.add_argument("--lora", type=Path, help="the adapter's folder or file; without it the language model stays as it is")
    p.add_argument("--llama", type=Path, required=True, help="Hugging Face folder of the language model")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--precision", choices=PRECISIONS, default="fp32", help="of the weights")
    sizes = p.add_mutually_exclusive_group()
    sizes.add_argument("--config", help=f"sizes: a JSON file, or {', '.join(preset.NAMES)}; usually the files tell them")
    sizes.add_argument("--heads", type=int, help="attention heads of an encoder that is not of the released size")
    p.add_argument("--conditions", default=",".join(CONDITIONS), help="codes of what it locates (default %(default)s)")
    p.add_argument("--name", default="anyecg-chat")
    p.add_argument("--version", default="1.0.0")
    p.add_argument("--external-above", type=int, default=LIMIT, metavar="BYTES",
                   help="graphs with more weights keep them in a file beside (default %(default)s)")  # fmt: skip
    p.add_argument("--skip-check", action="store_true", help="do not run the graphs: the check needs the memory that answers need")
    return p


def main(args: list[str] | None = None) -> None:
    a = arguments().parse_args(args)
    try:
        c = preset.load(a.config) if a.config else None
        model = released.read(a.encoder, a.projection, a.lora, a.llama, c, a.heads)
        special = tokens.read(model.tokenizer, c.tokens if c else Tokens(), model.llama.vocab_size)
        write(model, a.out, a.precision, a.external_above)
        said = "not checked" if a.skip_check else check.run(model, a.out, a.precision)
        conditions = [x for x in a.conditions.split(",") if x]
        manifest.write(a.out, described(model, special, a.name, a.version, conditions, a.precision))
    except LayoutError as e:
        raise SystemExit(str(e)) from e
    size = sum(f.stat().st_size for f in a.out.iterdir()) / 1e6
    print(f"{a.out}: {size:.1f} MB in {a.precision}, {said}")


if __name__ == "__main__":
    main()
