"""Makes small tokenizers of four layouts and what the `tokenizers` library
does with ECG texts and random Unicode: testdata/<layout>.json and
testdata/<layout>.cases.json.

    pip install tokenizers
    python pkg/model/tokenizer/testdata/make_cases.py [CASES_EACH]
"""

import json
import random
import sys
import unicodedata
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

OUT = Path(__file__).parent
SPECIAL = ["<|begin_of_text|>", "<|eot_id|>", "<|ecg_start|>", "<|ecg|>"]
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TIMES = r"s[-,]|\.\d| ?\d{1,3}| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+"
# All that Meta-Llama-3-8B-Instruct adds, in its order.
RELEASED = (
    ["<|begin_of_text|>", "<|end_of_text|>"] + [f"<|reserved_special_token_{i}|>" for i in range(4)]
    + ["<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token_4|>", "<|eot_id|>"]
    + [f"<|reserved_special_token_{i}|>" for i in range(5, 251)]
)  # fmt: skip
NAMES = ["Premature ventricular contraction", "Atrial premature beat", "Left bundle branch block beat"]
CORPUS = (
    [f"Where is the {n} located in this ECG? No {n} Found" for n in NAMES] * 9
    + [f"Duration: {a}.{b}s-{a + 1}.{b}s, " for a in range(60) for b in range(10)]
    + ["Report: Sinus rhythm, don't, WE'LL\n\nuser assistant"] * 20
    + ["naïve café — Здравствуйте, 世界! Ελληνικά हिन्दी العربية 日本語 한국어 🙂🫀"] * 30
)
WORDS = (
    "Where is the Premature ventricular contraction located in this ECG? Duration: 1.9s-3.1s, 6.8s No Found "
    "Report: Sinus rhythm 's 'LL 'Re don't 'ſ ' ,. <|eot_id|> <|ecg|> <|ecg_start|> <|eot_id|>> ECG lead"
).split() + ["\n", "\n\n", "\t", "\r\n", "   ", "ECG lead"]
FORMS = [
    "Locate the {} on this ECG for me, please.", "Could you identify where the {} is on this ECG?",
    "I need to find the {} on this ECG; where should I look?", "No {} Found", "Report: {}, sinus rhythm.",
    "ecg_start<|reserved_special_token_1|><|reserved_special_token_3|><|reserved_special_token_2|>Where's the {}?",
    "<|start_header_id|>user<|end_header_id|>\n\nIs there a {}?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
]  # fmt: skip
ECG = [f.format(n) for f in FORMS for n in NAMES] + [
    "Duration: 1.9s-3.1s, 6.8s-8.1s", "Duration: 0.0s-60.0s", "Heart rate 72/min, PR 162 ms, QRS 98 ms, QTc 431ms.",
    "ST depression of −120 µV in V4–V6 (≥ 1 mm), HR≈145 bpm;\r\nAF → flutter 2:1", "aVR aVL aVF I II III V1-V6 MLII @25mm/s",
    "1st-degree AV block;\tT-wave inversion\n\n  - non-specific\n", "No 𭉱ř'ſव/🔡, ECG'ſवव",
    "COMPARED WITH ECG OF 12-NOV-1984 09:34, LBBB IS NO LONGER PRESENT",
]  # fmt: skip
SPACES = [" ", "\n", "\r", "\t", "\u00a0", "\u3000", "\u2028", "\x85", "\x1c", "\u180e", "\u200b"]
RANGES = [(0, 127)] * 6 + [
    (128, 0x24F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0x1100, 0x11FF), (0x2000, 0x2BFF),
    (0x3000, 0x30FF), (0x4E00, 0x4FFF), (0xFB00, 0xFFFF), (0x1F300, 0x1FAFF), (0x10000, 0x10FFFF),
]  # fmt: skip


def build(pre, ignore_merges, special=SPECIAL, more=("ECG lead",)):
    tok = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tok.pre_tokenizer, tok.decoder = pre, decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tok.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=460, initial_alphabet=alphabet, show_progress=False))
    tok.add_special_tokens(special)
    tok.add_tokens(list(more))
    return tok


def released():
    """Llama 3's own file in small: its special tokens, its post-processor, and merges written as text."""
    tok = build(split(LLAMA3), True, RELEASED, ())
    first = ("<|begin_of_text|>", tok.token_to_id("<|begin_of_text|>"))
    template = processors.TemplateProcessing(single=f"{first[0]} $A", pair=f"{first[0]} $A {first[0]}:1 $B:1", special_tokens=[first])
    tok.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    raw = json.loads(tok.to_str())
    raw["model"]["merges"] = [" ".join(m) for m in raw["model"]["merges"]]
    return raw


def split(regex):
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(regex), "isolated"), plain])


def character(rng):
    while True:
        c = chr(rng.randint(*rng.choice(RANGES)))
        if unicodedata.category(c) not in ("Cn", "Cs"):  # what no library knows yet, and surrogates
            return c


def text(rng):
    out = []
    for _ in range(rng.randint(1, 8)):
        kind = rng.random()
        if kind < 0.5:
            out.append(rng.choice(WORDS) + rng.choice(["", " ", "  "]))
        elif kind < 0.6:
            out.append(rng.choice(SPACES) * rng.randint(1, 4))
        else:
            out.append("".join(character(rng) for _ in range(rng.randint(1, 6))))
    return "".join(out)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    layouts = {
        "llama3": build(split(LLAMA3), True),
        "gpt2": build(pre_tokenizers.ByteLevel(add_prefix_space=False), False),
        "times": build(split(TIMES), False),
        "released": released(),
    }
    for name, tok in layouts.items():
        rng = random.Random(name)
        path = OUT / f"{name}.json"
        if name == "released":
            path.write_text(json.dumps(tok, ensure_ascii=False, separators=(",", ":")))
            tok = Tokenizer.from_file(str(path))
        else:
            tok.save(str(path), pretty=False)
        literal = Tokenizer.from_file(str(path))
        literal.encode_special_tokens = True
        rows = []
        for t in ["", "it'ſ 'ſab", *WORDS] + ECG * (name == "released") + [text(rng) for _ in range(count)]:
            ids = tok.encode(t, add_special_tokens=False).ids
            some = ids[rng.randint(0, len(ids)) :] + [rng.randrange(tok.get_vocab_size()) for _ in range(6)]
            plain = literal.encode(t, add_special_tokens=False).ids
            rows.append({"text": t, "ids": ids, "plain": plain, "some": some, "decoded": tok.decode(some)})
        lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
        (OUT / f"{name}.cases.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
