"""The language model as ONNX graphs: the embeddings of tokens, and the decoder with its cache of keys and values.

The decoder gives the logits of the last position alone: 128,256 of them at each
position of a long prompt would be gigabytes.
"""

import numpy as np
from onnx import TensorProto

from .config import Llama
from .graph import Graph
from .llama import Source


def embed(c: Llama, tensors: dict[str, Source], precision: str) -> Graph:
    g = Graph(precision)
    ids = g.input("input_ids", ["b", "s"], TensorProto.INT64)
    rows = g.rows(ids, "embed_tokens", tensors["model.embed_tokens.weight"])
    g.output("inputs_embeds", rows, ["b", "s", c.hidden_size])
    return g


def decoder(c: Llama, tensors: dict[str, Source], precision: str) -> Graph:
    return _Decoder(c, tensors, precision).g


class _Decoder:
    def __init__(self, c: Llama, tensors: dict[str, Source], precision: str):
        self.c, self.tensors, self.g = c, tensors, Graph(precision)
        g = self.g
        x = g.input("inputs_embeds", ["b", "s", c.hidden_size])
        attention = g.input("attention_mask", ["b", "total"], TensorProto.INT64)
        position = g.input("position_ids", ["b", "s"], TensorProto.INT64)
        cache = lambda name, length: (name, ["b", c.num_key_value_heads, length, c.head_dim])
        past = [
            [g.input(*cache(f"past_key_values.{i}.{part}", "past")) for part in ("key", "value")]
            for i in range(c.num_hidden_layers)
        ]
        self.cos, self.sin = self.rotation(position)
        self.bias = self.mask(x, attention)
        present = {}
        for i in range(c.num_hidden_layers):
            x, key, value = self.layer(i, x, *past[i])
            present |= {f"present.{i}.key": key, f"present.{i}.value": value}
        last = g.op("Slice", x, g.constant([-1]), g.constant([2**62]), g.constant([1]))
        head = "model.embed_tokens.weight" if c.tie_word_embeddings else "lm_head.weight"
        g.output("logits", g.linear(self.norm(last, "model.norm"), "lm_head", tensors[head]), ["b", 1, c.vocab_size])
        for name, value in present.items():
            g.output(name, value, cache(name, "total")[1])

    def rotation(self, position: str) -> tuple[str, str]:
        """Cosines and sines [b, 1, s, head_dim]."""
        g = self.g
        at = g.op("Unsqueeze", g.op("Cast", position, to=TensorProto.FLOAT), g.constant([1, 3]))
        half = g.op("Mul", at, g.constant(self.c.frequencies(), np.float32))
        angle = g.op("Concat", half, half, axis=-1)
        return g.op("Cos", angle), g.op("Sin", angle)

    def mask(self, x: str, attention: str) -> str:
        """What is added to the scores [b, 1, s, total]: positions see themselves and what is before, not padding."""
        g = self.g
        length = lambda t: g.op("Gather", g.op("Shape", t), g.constant(1))
        total = length(attention)
        all_ = g.op("Range", g.constant(0), total, g.constant(1))
        at = g.op("Add", g.op("Range", g.constant(0), length(x), g.constant(1)), g.op("Sub", total, length(x)))
        causal = g.op("LessOrEqual", g.op("Unsqueeze", all_, g.constant([0])), g.op("Unsqueeze", at, g.constant([1])))
        real = g.op("Unsqueeze", g.op("Greater", attention, g.constant(0)), g.constant([1, 2]))
        return g.op("Where", g.op("And", causal, real), g.number(0), g.number(-1e9))

    def norm(self, x: str, name: str) -> str:
        g = self.g
        mean = g.op("ReduceMean", g.op("Mul", x, x), axes=[-1], keepdims=1)
        root = g.op("Sqrt", g.op("Add", mean, g.number(self.c.rms_norm_eps)))
        return g.op("Mul", g.op("Div", x, root), g.vector(name, self.tensors[name + ".weight"]))

    def rotate(self, x: str) -> str:
        g = self.g
        a, b = g.op("Split", x, n=2, axis=-1)
        turned = g.op("Concat", g.op("Neg", b), a, axis=-1)
        return g.op("Add", g.op("Mul", x, self.cos), g.op("Mul", turned, self.sin))

    def layer(self, i: int, x: str, past_key: str, past_value: str) -> tuple[str, str, str]:
        g, c, at = self.g, self.c, f"model.layers.{i}."
        line = lambda y, name: g.linear(y, at + name, self.tensors[f"{at}{name}.weight"])
        heads = lambda y, n: g.op("Transpose", g.op("Reshape", y, g.constant([0, 0, n, c.head_dim])), perm=[0, 2, 1, 3])
        y = self.norm(x, at + "input_layernorm")
        query = self.rotate(heads(line(y, "self_attn.q_proj"), c.num_attention_heads))
        key = self.rotate(heads(line(y, "self_attn.k_proj"), c.num_key_value_heads))
        key = g.op("Concat", past_key, key, axis=2)
        value = g.op("Concat", past_value, heads(line(y, "self_attn.v_proj"), c.num_key_value_heads), axis=2)
        x = g.op("Add", x, line(self.attend(query, key, value), "self_attn.o_proj"))
        y = self.norm(x, at + "post_attention_layernorm")
        gate = line(y, "mlp.gate_proj")
        gate = g.op("Mul", gate, g.op("Sigmoid", gate))
        return g.op("Add", x, line(g.op("Mul", gate, line(y, "mlp.up_proj")), "mlp.down_proj")), key, value

    def attend(self, query: str, key: str, value: str) -> str:
        """Heads that share keys and values are laid one below the other, so that no key is copied for them."""
        g, c = self.g, self.c
        query = g.op("Mul", query, g.number(c.head_dim**-0.5))
        folded = g.op("Reshape", query, g.constant([0, c.num_key_value_heads, -1, c.head_dim]))
        score = g.op("MatMul", folded, g.op("Transpose", key, perm=[0, 1, 3, 2]))
        score = g.op("Reshape", score, g.constant([0, c.num_attention_heads, -1, 0]))
        weight = g.op("Softmax", g.op("Add", score, self.bias), axis=-1)
        weight = g.op("Reshape", weight, g.constant([0, c.num_key_value_heads, -1, 0]))
        y = g.op("Reshape", g.op("MatMul", weight, value), g.constant([0, c.num_attention_heads, -1, c.head_dim]))
        return g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1, 3]), g.constant([0, 0, -1]))
