"""The encoder and the connector as an ONNX graph: segments [n, 12, 1000] to embeddings [n, tokens, hidden]."""

import numpy as np
from torch import Tensor, nn

from ..config import LEADS, SEGMENT
from .graph import Graph
from .llama import Source
from .vit import Block, EcgEncoder


def encoder(model: EcgEncoder, precision: str) -> Graph:
    g, vit = Graph(precision), model.vit
    c = vit.config
    ecg = g.input("ecg", ["n", len(LEADS), SEGMENT])
    x = g.op("Reshape", ecg, g.constant([0, c.tokens - 1, c.patch]))
    x = norm(g, linear(g, norm(g, x, "patch_norm", vit.patch_norm), "patch", vit.patch), "embed_norm", vit.embed_norm)
    x = g.op("Add", x, vector(g, "places", vit.places()))
    n = g.op("Slice", g.op("Shape", ecg), g.constant([0]), g.constant([1]))
    first = vector(g, "cls", (vit.cls + vit.position[0]).view(1, 1, -1))
    first = g.op("Expand", first, g.op("Concat", n, g.constant([1, c.dim]), axis=0))
    x = g.op("Concat", first, x, axis=1)
    for i, b in enumerate(vit.blocks):
        x = block(g, x, f"blocks.{i}", b, c.head_dim)
    x = gelu(g, linear(g, x, "connector.0", model.connector[0]))
    g.output("embeddings", linear(g, x, "connector.2", model.connector[2]), ["n", c.tokens, model.connector[2].out_features])
    return g


def vector(g: Graph, name: str, t: Tensor) -> str:
    return g.vector(name, Source.of(t))


def linear(g: Graph, x: str, name: str, m: nn.Linear) -> str:
    return g.linear(x, name, Source.of(m.weight), None if m.bias is None else Source.of(m.bias))


def norm(g: Graph, x: str, name: str, m: nn.LayerNorm) -> str:
    scale, shift = vector(g, name + ".weight", m.weight), vector(g, name + ".bias", m.bias)
    return g.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=m.eps)


def gelu(g: Graph, x: str) -> str:
    erf = g.op("Erf", g.op("Mul", x, g.number(np.sqrt(0.5))))
    return g.op("Mul", g.op("Mul", x, g.number(0.5)), g.op("Add", erf, g.number(1)))


def block(g: Graph, x: str, name: str, b: Block, head_dim: int) -> str:
    qkv = linear(g, norm(g, x, name + ".norm1", b.norm1), name + ".qkv", b.qkv)
    qkv = g.op("Reshape", qkv, g.constant([0, 0, 3, b.heads, head_dim]))
    q, k, v = g.op("Split", g.op("Transpose", qkv, perm=[2, 0, 3, 1, 4]), n=3, axis=0)  # [1, n, heads, tokens, head_dim]
    score = g.op("MatMul", g.op("Mul", q, g.number(head_dim**-0.5)), g.op("Transpose", k, perm=[0, 1, 2, 4, 3]))
    y = g.op("Squeeze", g.op("MatMul", g.op("Softmax", score, axis=-1), v), g.constant([0]))
    y = g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1, 3]), g.constant([0, 0, b.heads * head_dim]))
    x = g.op("Add", x, linear(g, y, name + ".out", b.out))
    y = gelu(g, linear(g, norm(g, x, name + ".norm2", b.norm2), name + ".up", b.up))
    return g.op("Add", x, linear(g, y, name + ".down", b.down))
