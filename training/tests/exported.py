"""Answers with an exported model folder, as pkg/model does."""

import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from holter_training.paper import check, vit


def ask(out: Path, turns: list, steps: int = 4) -> tuple[np.ndarray, list[int]]:
    """First logits and a greedy answer of the exported graphs, on their cache."""
    manifest = json.loads((out / "manifest.json").read_text())
    tok, t, d = Tokenizer.from_file(str(out / "tokenizer.json")), manifest["tokens"], manifest["decoder"]
    encode, embed, decode = (check.session(out / manifest[p]["file"]) for p in ("encoder", "embed", "decoder"))
    words = lambda ids: embed.run(None, {"input_ids": np.array([ids])})[0][0]
    say = lambda text: words(tok.encode(text, add_special_tokens=False).ids)
    parts, text = [], t["bos"]
    for ecgs, question, answer in turns:
        text += "<|start_header_id|>user<|end_header_id|>\n\n"
        for ecg in ecgs:
            tokens_ = torch.from_numpy(encode.run(None, {"ecg": ecg.numpy()})[0])
            parts += [say(text + t["ecg_start"]), vit.clip_tokens(tokens_).numpy()]
            text = t["ecg_end"]
        text += f"{question}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n" + (f"{answer}<|eot_id|>" if answer else "")
    x, seen, first, ids = np.concatenate([*parts, say(text)])[None], 0, None, []
    cache = [np.zeros((1, d["kv_heads"], 0, d["head_dim"]), np.float32)] * (2 * d["layers"])
    names = [f"past_key_values.{i}.{p}" for i in range(d["layers"]) for p in ("key", "value")]
    while len(ids) < steps:
        place = np.arange(seen, seen + x.shape[1])[None]
        seen += x.shape[1]
        feed = {"inputs_embeds": x, "attention_mask": np.ones((1, seen), np.int64), "position_ids": place}
        logits, *cache = decode.run(None, feed | dict(zip(names, cache)))
        assert logits.shape == (1, 1, d["vocab"])
        first = logits[0, 0] if first is None else first
        ids.append(int(logits.argmax()))
        x = words(ids[-1:])[None]
    return first, ids
