"""Makes testdata/tiny: a model folder with random weights, small enough to
commit, and cases.json, the answers that PyTorch gives with those weights.

    pip install torch onnx onnxscript tokenizers numpy
    python pkg/model/testdata/make_tiny.py

The Go tests prove that pkg/model gives the same logits and the same answers.
The tokenizer has the layout of Llama 3's. Random weights answer nonsense, but
the same nonsense everywhere.
"""

import json
import random
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn

OUT = Path(__file__).parent / "tiny"
LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
STEPS = 16  # of free text
SEGMENT, TOKENS, HEAT_KINDS = 1000, 11, ["V", "A", "L", "R"]
HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD_DIM, MLP = 32, 2, 4, 2, 8, 64
NAMES = {
    "V": "Premature ventricular contraction",
    "A": "Atrial premature beat",
    "L": "Left bundle branch block beat",
    "R": "Right bundle branch block beat",
}
SPECIAL = [
    "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    "<|ecg_start|>", "<|ecg|>", "<|ecg_end|>",
]  # fmt: skip
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def tokenizer(special: list[str] = SPECIAL) -> Tokenizer:
    tok = Tokenizer(models.BPE(ignore_merges=True))
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tok.decoder = decoders.ByteLevel()
    corpus = [f"Where is the {n} located in this ECG?" for n in NAMES.values()] * 9
    corpus += [f"No {n} Found" for n in NAMES.values()] * 9
    corpus += [f"Duration: {a}.{b}s-{a + 1}.{b}s, " for a in range(11) for b in range(10)]
    corpus += ["user\n\n", "assistant\n\n", "Report: Sinus rhythm, Sinus bradycardia"] * 20
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=392, initial_alphabet=alphabet, show_progress=False)
    tok.train_from_iterator(corpus, trainer)
    tok.add_special_tokens(special)
    return tok


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv1d(len(LEADS), 24, 100, stride=100)
        self.cls = nn.Parameter(torch.randn(1, 24))
        self.project = nn.Linear(24, HIDDEN)
        self.dense = nn.Conv1d(len(LEADS), len(HEAT_KINDS), 5, stride=5)

    def forward(self, ecg):  # [n, 12, 1000]
        tokens = torch.tanh(self.patch(ecg)).transpose(1, 2)  # [n, 10, 24]
        cls = (self.cls + tokens.mean(1)).unsqueeze(1)
        return self.project(torch.cat([cls, tokens], 1)), torch.sigmoid(self.dense(ecg))


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(1 + 0.1 * torch.randn(HIDDEN))

    def forward(self, x):
        return self.weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.between = RMSNorm(), RMSNorm()
        line = lambda a, b: nn.Linear(a, b, bias=False)
        self.q, self.o = line(HIDDEN, HEADS * HEAD_DIM), line(HEADS * HEAD_DIM, HIDDEN)
        self.k, self.v = line(HIDDEN, KV_HEADS * HEAD_DIM), line(HIDDEN, KV_HEADS * HEAD_DIM)
        self.gate, self.up, self.down = line(HIDDEN, MLP), line(HIDDEN, MLP), line(MLP, HIDDEN)

    def forward(self, x, turn, bias, past_k, past_v):
        b, s = x.shape[0], x.shape[1]
        y = self.before(x)
        heads = lambda t, n: t.reshape(b, s, n, HEAD_DIM).transpose(1, 2)
        q, k = turn(heads(self.q(y), HEADS)), turn(heads(self.k(y), KV_HEADS))
        k = torch.cat([past_k, k], 2)
        v = torch.cat([past_v, heads(self.v(y), KV_HEADS)], 2)
        wide = lambda t: t.repeat_interleave(HEADS // KV_HEADS, dim=1)
        scores = q @ wide(k).transpose(2, 3) / HEAD_DIM**0.5 + bias
        x = x + self.o((scores.softmax(-1) @ wide(v)).transpose(1, 2).reshape(b, s, -1))
        y = self.between(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y)), k, v


class Decoder(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm, self.head = RMSNorm(), nn.Linear(HIDDEN, vocab, bias=False)

    def forward(self, inputs_embeds, attention_mask, position_ids, past):
        s, total = inputs_embeds.shape[1], attention_mask.shape[1]
        inverse = 500000.0 ** (-torch.arange(0, HEAD_DIM, 2) / HEAD_DIM)
        angle = (position_ids.unsqueeze(-1) * inverse).repeat(1, 1, 2).unsqueeze(1)
        cos, sin = angle.cos(), angle.sin()

        def turn(t):
            a, b = t[..., : HEAD_DIM // 2], t[..., HEAD_DIM // 2 :]
            return t * cos + torch.cat([-b, a], -1) * sin

        place = torch.arange(total)
        causal = place.unsqueeze(0) <= place[total - s :].unsqueeze(1)
        seen = causal.unsqueeze(0) & (attention_mask > 0).unsqueeze(1)
        bias = torch.where(seen, 0.0, -1e9).unsqueeze(1)
        x, present = inputs_embeds, []
        for i, layer in enumerate(self.layers):
            x, k, v = layer(x, turn, bias, past[2 * i], past[2 * i + 1])
            present += [k, v]
        return self.head(self.norm(x)), *present


class Tiny(nn.Module):
    def __init__(self, tok):
        super().__init__()
        self.tok, self.vocab = tok, tok.get_vocab_size()
        self.encoder, self.embed, self.decoder = Encoder(), nn.Embedding(self.vocab, HIDDEN), Decoder(self.vocab)
        self.decoder.head.weight.data *= 12  # logits far enough apart for the same choice on every machine
        for layer in self.decoder.layers:  # and attention that lets the prompt matter
            for line in (layer.q, layer.k, layer.v, layer.o):
                line.weight.data *= 2.5

    def ids(self, text):
        return torch.tensor([self.tok.encode(text, add_special_tokens=False).ids])

    def prompt(self, turns):
        """Embeddings [1, s, hidden] of a conversation whose last turn waits for its answer."""
        parts, text = [], "<|begin_of_text|>"
        for turn in turns:
            text += "<|start_header_id|>user<|end_header_id|>\n\n"
            for clip in turn["ecgs"]:
                text += "<|ecg_start|>"
                parts += [self.embed(self.ids(text)), self.ecg(clip)]
                text = "<|ecg_end|>"
            text += turn["question"] + "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
            if "answer" in turn:
                text += turn["answer"] + "<|eot_id|>"
        parts.append(self.embed(self.ids(text)))
        return torch.cat(parts, 1)

    def ecg(self, clip):
        tokens, _ = self.encoder(segments(clip))
        return torch.cat([tokens[:, 0].mean(0, keepdim=True), tokens[:, 1:].reshape(-1, HIDDEN)]).unsqueeze(0)

    @torch.no_grad()
    def answer(self, turns, limit, choose):
        """Logits after the prompt, then the ids chosen one by one without any cache."""
        x, ids, first = self.prompt(turns), [], None
        while len(ids) < limit:
            n = x.shape[1]
            empty = [torch.zeros(1, KV_HEADS, 0, HEAD_DIM)] * (2 * LAYERS)
            logits = self.decoder(x, torch.ones(1, n, dtype=torch.long), torch.arange(n).unsqueeze(0), empty)[0][0, -1]
            first = logits if first is None else first
            token, margin = choose(logits, ids)
            assert margin > 0.005, "two choices too close to be the same everywhere: use another seed"
            if token is None:
                break
            ids.append(token)
            x = torch.cat([x, self.embed(torch.tensor([[token]]))], 1)
        return first, ids


def signal(clip):
    """The clip's leads in mV: integers only, so that Go makes the very same."""
    out = {}
    for lead in clip["leads"]:
        k = LEADS.index(lead) + 1
        t = np.arange(clip["samples"])
        out[lead] = ((t * t * k + 7 * t * clip["seed"] + 13 * k) % 401 - 200 + (t % 83 < 5) * 300) / 200.0
    return out


def segments(clip):
    n = -(-clip["samples"] // SEGMENT)
    out = np.zeros((len(LEADS), n * SEGMENT), dtype=np.float32)
    for lead, x in signal(clip).items():
        out[LEADS.index(lead), : len(x)] = (x - x.min()) / (x.max() - x.min()) * 2 - 1
    return torch.from_numpy(out.reshape(len(LEADS), n, SEGMENT).transpose(1, 0, 2).copy())


def stops(tok):
    return {tok.token_to_id("<|eot_id|>"), tok.token_to_id("<|end_of_text|>")}


def greedy(tok):
    stop = stops(tok)

    def choose(logits, ids):
        top = logits.topk(2)
        token = int(top.indices[0])
        return None if token in stop else token, float(top.values[0] - top.values[1])

    return choose


def constrained(tok, name, limit):
    """Greedy among the tokens that keep the answer readable; limit: the clip's length in 0.1 s."""
    bytes_of = {i: t for i, t in enumerate(texts(tok)) if t is not None}
    stop = stops(tok)

    def choose(logits, ids):
        sofar = "".join(bytes_of[i] for i in ids)
        found = []
        for token in logits.argsort(descending=True).tolist():
            if token in stop and complete(sofar, name, limit):
                found.append(token)
            elif token in bytes_of and viable(sofar + bytes_of[token], name, limit):
                found.append(token)
        best, second = found[0], found[1] if len(found) > 1 else None
        margin = float(logits[best] - logits[second]) if second is not None else 1.0
        return None if best in stop else best, margin

    return choose


def texts(tok):
    """Text of each id, None for special tokens and for bytes that are not ASCII."""
    special = tok.get_added_tokens_decoder()
    for i in range(tok.get_vocab_size()):
        text = None if i in special else tok.decode([i])
        yield text if text and text.isascii() else None


def complete(text, name, limit):
    if text == f"No {name} Found":
        return True
    if not re.fullmatch(r"Duration: \d+\.\ds-\d+\.\ds(, \d+\.\ds-\d+\.\ds)*", text):
        return False
    times = re.findall(r"\d+\.\d", text)
    value = [round(float(t) * 10) for t in times]
    plain = all(t == f"{v // 10}.{v % 10}" for t, v in zip(times, value))
    pairs = list(zip(value[::2], value[1::2]))
    ordered = all(a < b for a, b in pairs) and all(p[1] <= q[0] for p, q in zip(pairs, pairs[1:]))
    return plain and ordered and value[-1] <= limit


def viable(text, name, limit):
    """Whether some complete answer begins with text; tries the ends there can be."""
    if f"No {name} Found".startswith(text):
        return True
    head = "Duration: "
    if limit > 0 and head.startswith(text):
        return True
    if not text.startswith(head):
        return False
    done, _, last = text[len(head) :].rpartition(", ")
    done = head + done + ", " if done or ", " in text else head
    if done != head and not complete(done[:-2], name, limit):
        return False
    if complete(done + last, name, limit):
        return True
    if last.endswith(","):
        return viable(text + " ", name, limit)
    spans = (f"{a // 10}.{a % 10}s-{b // 10}.{b % 10}s" for a in range(limit) for b in range(a + 1, limit + 1))
    return any(s.startswith(last) and complete(done + s, name, limit) for s in spans)


def export(model):
    OUT.mkdir(exist_ok=True)
    kw = dict(dynamo=False, opset_version=17)
    torch.onnx.export(
        model.encoder, (torch.randn(2, 12, SEGMENT),), OUT / "encoder.onnx", input_names=["ecg"],
        output_names=["embeddings", "heat"], dynamic_axes={"ecg": {0: "n"}, "embeddings": {0: "n"}, "heat": {0: "n"}}, **kw
    )  # fmt: skip
    torch.onnx.export(
        model.embed, (torch.zeros(2, 3, dtype=torch.long),), OUT / "embed.onnx", input_names=["input_ids"],
        output_names=["inputs_embeds"], dynamic_axes={"input_ids": {0: "b", 1: "s"}, "inputs_embeds": {0: "b", 1: "s"}}, **kw
    )  # fmt: skip
    past = [f"past_key_values.{i}.{kind}" for i in range(LAYERS) for kind in ("key", "value")]
    present = [f"present.{i}.{kind}" for i in range(LAYERS) for kind in ("key", "value")]
    axes = {
        "inputs_embeds": {0: "b", 1: "s"}, "attention_mask": {0: "b", 1: "t"}, "position_ids": {0: "b", 1: "s"},
        "logits": {0: "b", 1: "s"}, **{p: {0: "b", 2: "p"} for p in past}, **{p: {0: "b", 2: "t"} for p in present},
    }  # fmt: skip
    b, s, p = 2, 3, 4
    args = (
        torch.randn(b, s, HIDDEN), torch.ones(b, p + s, dtype=torch.long), torch.arange(p, p + s).repeat(b, 1),
        [torch.randn(b, KV_HEADS, p, HEAD_DIM) for _ in past],
    )  # fmt: skip
    torch.onnx.export(
        model.decoder, args, OUT / "decoder.onnx",
        input_names=["inputs_embeds", "attention_mask", "position_ids", *past],
        output_names=["logits", *present], dynamic_axes=axes, **kw
    )  # fmt: skip


def manifest(vocab):
    return {
        "format": 1, "name": "tiny", "version": "0.0.1",
        "input": {"rate_hz": 100, "segment_samples": SEGMENT, "leads": LEADS, "scale": "minmax"},
        "encoder": {
            "file": "encoder.onnx", "input": "ecg", "embeddings": "embeddings", "tokens_per_segment": TOKENS,
            "heat": "heat", "heat_hz": 20, "heat_kinds": HEAT_KINDS,
        },
        "embed": {"file": "embed.onnx", "input": "input_ids", "output": "inputs_embeds"},
        "decoder": {
            "file": "decoder.onnx", "layers": LAYERS, "kv_heads": KV_HEADS, "head_dim": HEAD_DIM, "hidden": HIDDEN,
            "vocab": vocab, "max_tokens": 1024,
        },
        "tokens": {
            "bos": "<|begin_of_text|>", "eos": ["<|eot_id|>", "<|end_of_text|>"], "ecg_start": "<|ecg_start|>",
            "ecg": "<|ecg|>", "ecg_end": "<|ecg_end|>", "turn": "llama-3",
        },
        "localization": {"conditions": HEAT_KINDS, "segments": "joint"},
        "generation": {"max_new_tokens": 256},
    }  # fmt: skip


def cases():
    clip = lambda seed, samples, *leads: {"seed": seed, "samples": samples, "leads": list(leads)}
    one, short = clip(3, 1000, "II", "V1"), clip(5, 170, "II")
    two, three = clip(8, 1730, "I"), clip(9, 3000, "I", "II", "V5")
    ask = lambda question, *clips: {"ecgs": list(clips), "question": question}
    report, what = "Write a report of this ECG, please.", "What has changed?"
    locate = {c: f"Where is the {n} located in this ECG?" for c, n in NAMES.items()}
    yield "one ECG", [ask(report, one)]
    yield "one short ECG", [ask(report, short)]
    yield "two segments", [ask(report, two)]
    yield "three segments", [ask(report, three)]
    yield "two ECGs", [ask(what, one, two)]
    yield "no ECG", [ask("How are you?")]
    yield "two turns", [ask(report, one) | {"answer": "Report: Sinus rhythm"}, ask("Are you sure?")]
    yield "two turns, two ECGs", [ask(report, one) | {"answer": "Report: Sinus rhythm"}, ask(what, three)]
    for code in NAMES:
        yield f"locate {code}, short", [ask(locate[code], short)]
    yield "locate V, short, one lead more", [ask(locate["V"], clip(6, 250, "I", "II"))]
    yield "locate V, 10 s", [ask(locate["V"], one)]
    yield "locate A, two segments", [ask(locate["A"], clip(4, 1200, "II", "V1"))]


def main():
    model, results = search(lambda: Tiny(tokenizer()).eval(), cases)
    export(model)
    model.tok.save(str(OUT / "tokenizer.json"))
    (OUT / "manifest.json").write_text(json.dumps(manifest(model.vocab), indent=2) + "\n")
    save(results, OUT.parent / "cases.json")
    print({p.name: p.stat().st_size for p in OUT.iterdir()})


def search(make, cases):
    """The first seed with which no choice is close and both kinds of answers come up."""
    torch.set_num_threads(1)
    for seed in range(2000):
        torch.manual_seed(seed)
        random.seed(seed)
        model = make()
        try:
            results = list(run(model, cases))
        except AssertionError:
            continue
        if 0 < sum(r["text"].startswith("No ") for r in results) < len(NAMES):  # both kinds of answers
            print("seed", seed)
            return model, results
    raise SystemExit("no seed will do")


def save(results, path):
    path.write_text("[\n" + ",\n".join(json.dumps(r) for r in results) + "\n]\n")


def run(model, cases):
    for name, turns in cases():
        question, found = turns[-1]["question"], None
        for code, condition in NAMES.items():
            if condition in question:
                found = code
        if found:
            samples = turns[-1]["ecgs"][-1]["samples"]
            choose, limit = constrained(model.tok, NAMES[found], samples // 10), 200
        else:
            choose, limit = greedy(model.tok), STEPS
        logits, ids = model.answer(turns, limit, choose)
        assert not found or complete(model.tok.decode(ids), NAMES[found], samples // 10)
        yield {
            "name": name, "turns": turns, "limit": limit, "ids": ids, "text": model.tok.decode(ids),
            "logits": [round(float(v), 4) for v in logits],
        }  # fmt: skip


if __name__ == "__main__":
    main()
