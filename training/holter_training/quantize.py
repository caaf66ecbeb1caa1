"""Makes the 8 bit variant of an exported model.

python -m holter_training.quantize --model ../models/default --out ../models/default-int8

Weights of matrix products and the table of tokens become 8 bits, inputs are quantized as they come (dynamic
quantization of ONNX Runtime); convolutions, which would be slower so, stay. Models of the released layout are
written in 8 bits by holter_training.paper.export --precision int8, which needs no more memory than one weight's.
"""

import argparse
import logging
import shutil
from pathlib import Path

from onnxruntime.quantization import QuantType, quantize_dynamic

from . import manifest

KINDS = {"encoder": ["MatMul"], "embed": ["Gather"], "decoder": ["MatMul"]}  # of nodes


def quantize(model: Path, out: Path) -> None:
    m = manifest.read(model)
    if "precision" in m:
        raise SystemExit(f"{model}: its weights are in {m['precision']} already: give the model that was exported in fp32")
    if out.resolve() == model.resolve():
        raise SystemExit(f"{out}: the model itself; give another folder with --out")
    out.mkdir(parents=True, exist_ok=True)
    (out / manifest.FILE).unlink(missing_ok=True)
    for part, kinds in KINDS.items():
        file = m[part]["file"]
        # Unsigned weights do not saturate on older CPUs.
        quantize_dynamic(model / file, out / file, op_types_to_quantize=kinds, per_channel=part != "embed", weight_type=QuantType.QUInt8)
    shutil.copy(model / "tokenizer.json", out)
    head = {"format": m["format"], "name": m["name"], "version": m["version"] + "-int8", "precision": "int8"}
    manifest.write(out, head | {k: v for k, v in m.items() if k not in head})


def main(args: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args(args)
    logging.getLogger().setLevel(logging.ERROR)  # of a warning that static quantization could do better, for every graph
    quantize(a.model, a.out)
    size = lambda folder, part: (folder / manifest.read(a.out)[part]["file"]).stat().st_size / 1e6
    for part in KINDS:
        print(f"{part:8} {size(a.model, part):8.2f} MB  int8 {size(a.out, part):8.2f} MB")


if __name__ == "__main__":
    main()
