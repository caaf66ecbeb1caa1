"""Writes ONNX graphs node by node.

Nothing is traced, so that a graph of any size is written with one weight in
memory at a time. Weights are stored in the asked precision; everything else,
inputs and outputs above all, is float32:

fp32, bf16  matrix products in float32
fp16        matrix products in float16 where the device can, what is between them in float32
int8        matrix products of 8 bits, inputs quantized as they come (the operators of dynamic quantization); the
            embeddings of tokens in float16
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor
from tqdm import tqdm

from .config import LayoutError
from .llama import Source

PRECISIONS = ("fp32", "fp16", "bf16", "int8")
OPSET, IR = 17, 8
PAGE, SMALL = 1 << 16, 1 << 20  # what is not small begins at a page, so that the runtime can map the file
LIMIT = 2_000_000_000  # bytes; a protobuf message ends at 2 GiB
STORED = {"fp32": TensorProto.FLOAT, "fp16": TensorProto.FLOAT16, "bf16": TensorProto.BFLOAT16}
ZERO = 128  # of the 8 bit weights: unsigned ones do not saturate on older CPUs


class Graph:
    def __init__(self, precision: str):
        self.precision = precision
        self.nodes, self.inputs, self.outputs, self.constants = [], [], [], {}
        self.weights: list[tuple[str, int, tuple, callable]] = []  # name, type, shape, gives the bytes' array
        self.count = 0

    def input(self, name: str, shape: list, kind: int = TensorProto.FLOAT) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, value: str, shape: list) -> None:
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def op(self, kind: str, *inputs: str, n: int = 1, **attributes):
        """A node; its output, or its n outputs."""
        self.count += 1
        out = [f"{kind}_{self.count}" + (f"_{i}" if n > 1 else "") for i in range(n)]
        self.nodes.append(helper.make_node(kind, list(inputs), out, name=f"{kind}_{self.count}", **attributes))
        return out[0] if n == 1 else out

    def constant(self, value, kind=np.int64) -> str:
        """Small values, such as shapes; float32 with kind=np.float32."""
        array = np.asarray(value, dtype=kind)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = numpy_helper.from_array(array, f"constant_{len(self.constants)}")
        return self.constants[key].name

    def number(self, value: float) -> str:
        return self.constant(value, np.float32)

    def vector(self, name: str, s: Source) -> str:
        """A norm, a bias, an embedding of places: little, and kept in float32."""
        return self._weight(name, TensorProto.FLOAT, s.shape, lambda: s.read().float().contiguous().numpy())

    def linear(self, x: str, name: str, s: Source, bias: Source | None = None) -> str:
        """x times the transpose of a weight [out, in], plus a bias."""
        shape = s.shape[::-1]
        if self.precision == "int8":
            y = self._integers(x, name, s)
        elif self.precision == "fp16":
            w = self._stored(name, shape, lambda: s.read().T, "fp16")
            y = self.op("Cast", self.op("MatMul", self.op("Cast", x, to=TensorProto.FLOAT16), w), to=TensorProto.FLOAT)
        else:
            w = self._stored(name, shape, lambda: s.read().T, self.precision)
            y = self.op("MatMul", x, self._wide(w, self.precision))
        return self.op("Add", y, self.vector(name + ".bias", bias)) if bias else y

    def rows(self, ids: str, name: str, s: Source) -> str:
        """The rows of a table [n, width]."""
        kept = "fp16" if self.precision == "int8" else self.precision  # nothing is multiplied here
        table = self._stored(name, s.shape, s.read, kept)
        return self._wide(self.op("Gather", table, ids), kept)

    def _integers(self, x: str, name: str, s: Source) -> str:
        kept = _Quantized(lambda: s.read().T)
        q = self._weight(name, TensorProto.UINT8, s.shape[::-1], kept.values)
        scale = self._weight(name + ".scale", TensorProto.FLOAT, (s.shape[0],), lambda: kept.scale)
        xq, xs, xz = self.op("DynamicQuantizeLinear", x, n=3)
        y = self.op("Cast", self.op("MatMulInteger", xq, q, xz, self.constant(ZERO, np.uint8)), to=TensorProto.FLOAT)
        return self.op("Mul", y, self.op("Mul", xs, scale))

    def _stored(self, name: str, shape: tuple, read, kept: str) -> str:
        return self._weight(name, STORED[kept], shape, lambda: _narrow(read(), kept, name))

    def _wide(self, value: str, kept: str) -> str:
        return value if kept == "fp32" else self.op("Cast", value, to=TensorProto.FLOAT)

    def _weight(self, name: str, kind: int, shape: tuple, read) -> str:
        self.weights.append((name, kind, tuple(shape), read))
        return name

    def save(self, file: Path, limit: int = LIMIT) -> None:
        """Weights of more than limit bytes go to a file of their own, FILE.data."""
        data = file.with_name(file.name + ".data")
        for old in (file, data):
            old.unlink(missing_ok=True)
        sizes = [int(np.prod(shape)) * {1: 4, 2: 1, 10: 2, 16: 2}[kind] for _, kind, shape, _ in self.weights]
        apart = sum(sizes) > limit
        tensors = []
        with tqdm(total=sum(sizes), desc=file.name, unit="B", unit_scale=True, disable=None) as bar:
            for (name, kind, shape, read), size in zip(self.weights, sizes):
                array = read()
                assert array.nbytes == size, f"{name}: {array.nbytes} bytes, want {size}"
                t = TensorProto(name=name, data_type=kind, dims=shape)
                if apart:
                    at = _append(data, array)
                    t.data_location = TensorProto.EXTERNAL
                    for key, value in (("location", data.name), ("offset", at), ("length", size)):
                        t.external_data.add(key=key, value=str(value))
                else:
                    t.raw_data = array.tobytes()
                tensors.append(t)
                bar.update(size)
        body = helper.make_graph(self.nodes, file.stem, self.inputs, self.outputs, [*self.constants.values(), *tensors])
        model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="holter")
        onnx.save(model, file)
        onnx.checker.check_model(file)


class _Quantized:
    """A weight [in, out] in 8 bits, with one scale for each column. The values are written before their scale."""

    def __init__(self, read):
        self.read, self.scale = read, None

    def values(self) -> np.ndarray:
        w = self.read().float()
        self.scale = (w.abs().amax(0) / 127).clamp(min=1e-12).numpy()
        q = torch.round(w / torch.from_numpy(self.scale)) + ZERO
        return q.clamp(1, 255).to(torch.uint8).contiguous().numpy()


def _narrow(t: Tensor, precision: str, name: str) -> np.ndarray:
    if precision == "bf16":
        return t.to(torch.bfloat16).contiguous().view(torch.int16).numpy()
    out = t.to(torch.float16 if precision == "fp16" else torch.float32).contiguous()
    if precision == "fp16" and not torch.isfinite(out).all():
        raise LayoutError(f"{name} holds values above 65504, the most that fp16 can hold: export with --precision bf16")
    return out.numpy()


def _append(data: Path, array: np.ndarray) -> int:
    with data.open("ab") as f:
        unit = 64 if array.nbytes < SMALL else PAGE
        at = -(-f.tell() // unit) * unit
        f.truncate(at)
        f.seek(at)
        array.tofile(f)
    return at
