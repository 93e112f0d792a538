#!/usr/bin/env python3
"""Writes a tiny language model with random weights as a GGUF file: 0.9 MB, llama architecture, SentencePiece words.

    tiny-gguf.py OUT.gguf [--seed N] [--layers N] [--embedding N] [--context N]
                 [--architecture llama|qwen3|gemma3] [--heads N] [--kv-heads N] [--head N] [--feed-forward N]
                 [--window N] [--vocabulary N]

It answers nonsense, but like a real model: the next word depends on the whole prompt. Two properties make it a good
test model. Only whole words can be generated, so the text is always printable; and every prefix of every word is a
token, so generated text, tokenised again, gives the very same tokens. Same arguments, same bytes.
"""
import argparse
import random
import struct

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("out")
arguments.add_argument("--seed", type=int, default=7)
arguments.add_argument("--layers", type=int, default=2)
arguments.add_argument("--embedding", type=int, default=64)
arguments.add_argument("--context", type=int, default=8192)
arguments.add_argument("--architecture", choices=["llama", "qwen3", "gemma3"], default="llama")
arguments.add_argument("--heads", type=int, default=4)
arguments.add_argument("--kv-heads", type=int, default=2)
arguments.add_argument("--head", type=int, help="width of a head, by default embedding / heads")
arguments.add_argument("--feed-forward", type=int, help="by default twice the embedding")
arguments.add_argument("--window", type=int, help="tokens five of six layers see, with gemma3")
arguments.add_argument("--vocabulary", type=int, default=0, help="filled up with unused tokens to this many")
args = arguments.parse_args()

rng = random.Random(args.seed)
embedding, heads, kv_heads = args.embedding, args.heads, args.kv_heads
feed_forward = args.feed_forward or embedding * 2
head = args.head or embedding // heads
architecture = args.architecture
SPACE = "\u2581"


def make_words(count):
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    words = dict.fromkeys(c + v for c in consonants for v in vowels)
    while len(words) < count:
        words["".join(rng.choice(consonants) + rng.choice(vowels) for _ in range(rng.choice((2, 3))))] = None
    return list(words)


def make_vocabulary(words):
    """Tokens as (text, score, type): specials, bytes, characters, then each word with all its prefixes."""
    vocabulary = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)]
    vocabulary += [(f"<0x{b:02X}>", 0.0, 6) for b in range(256)]
    characters = SPACE + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?:;'\"-()<>|/_\n"
    vocabulary += [(c, -1000.0 - i, 1) for i, c in enumerate(characters)]
    known = {text for text, _, _ in vocabulary}
    for word in words:
        for end in range(1, len(word) + 1):
            text = SPACE + word[:end]
            if text not in known:
                known.add(text)
                vocabulary.append((text, -float(len(vocabulary)), 1))
    vocabulary += [(f"<unused{i}>", 0.0, 5) for i in range(len(vocabulary), args.vocabulary)]
    return vocabulary


def gauss(count, deviation):
    return [rng.gauss(0, deviation) for _ in range(count)]


def make_tensors(vocabulary, words):
    scale = embedding ** -0.5
    yield "token_embd.weight", (embedding, len(vocabulary)), gauss(embedding * len(vocabulary), 1.0)
    for layer in range(args.layers):
        shapes = {
            "attn_q": (heads * head, 1.5 * scale), "attn_k": (kv_heads * head, 1.5 * scale),
            "attn_v": (kv_heads * head, scale), "ffn_gate": (feed_forward, scale), "ffn_up": (feed_forward, scale),
        }
        yield f"blk.{layer}.attn_norm.weight", (embedding,), [1.0] * embedding
        yield f"blk.{layer}.ffn_norm.weight", (embedding,), [1.0] * embedding
        for name in {"llama": (), "qwen3": (), "gemma3": ("post_attention_norm", "post_ffw_norm")}[architecture]:
            yield f"blk.{layer}.{name}.weight", (embedding,), [1.0] * embedding
        for name in () if architecture == "llama" else ("attn_q_norm", "attn_k_norm"):
            yield f"blk.{layer}.{name}.weight", (head,), [1.0] * head
        for name, (rows, deviation) in shapes.items():
            yield f"blk.{layer}.{name}.weight", (embedding, rows), gauss(embedding * rows, deviation)
        yield f"blk.{layer}.attn_output.weight", (heads * head, embedding), gauss(heads * head * embedding, scale)
        yield f"blk.{layer}.ffn_down.weight", (feed_forward, embedding), gauss(feed_forward * embedding, feed_forward ** -0.5)
    yield "output_norm.weight", (embedding,), [1.0] * embedding
    index = {text: i for i, (text, _, _) in enumerate(vocabulary)}
    output = [0.0] * (embedding * len(vocabulary))
    for word in words:
        row = index[SPACE + word]
        output[row * embedding:(row + 1) * embedding] = gauss(embedding, 0.5)
    yield "output.weight", (embedding, len(vocabulary)), output


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


KINDS = {"u32": (4, "<I"), "i32": (5, "<i"), "f32": (6, "<f"), "bool": (7, "<?"), "string": (8, None)}


def scalar(kind, value):
    return string(value) if kind == "string" else struct.pack(KINDS[kind][1], value)


def pair(key, kind, value):
    if not isinstance(value, list):
        return string(key) + struct.pack("<I", KINDS[kind][0]) + scalar(kind, value)
    head_bytes = struct.pack("<IIQ", 9, KINDS[kind][0], len(value))
    return string(key) + head_bytes + b"".join(scalar(kind, v) for v in value)


words = make_words(320)
vocabulary = make_vocabulary(words)
tensors = list(make_tensors(vocabulary, words))
metadata = [
    pair("general.architecture", "string", architecture), pair("general.name", "string", "tiny-random-llama"),
    pair("general.file_type", "u32", 0), pair("general.quantization_version", "u32", 2), pair("general.alignment", "u32", 32),
    pair(f"{architecture}.vocab_size", "u32", len(vocabulary)), pair(f"{architecture}.context_length", "u32", args.context),
    pair(f"{architecture}.embedding_length", "u32", embedding), pair(f"{architecture}.block_count", "u32", args.layers),
    pair(f"{architecture}.feed_forward_length", "u32", feed_forward), pair(f"{architecture}.attention.head_count", "u32", heads),
    pair(f"{architecture}.attention.head_count_kv", "u32", kv_heads), pair(f"{architecture}.rope.dimension_count", "u32", head),
    pair(f"{architecture}.attention.layer_norm_rms_epsilon", "f32", 1e-5), pair(f"{architecture}.rope.freq_base", "f32", 10000.0),
    *([pair(f"{architecture}.attention.key_length", "u32", head), pair(f"{architecture}.attention.value_length", "u32", head)]
      if args.head else []),
    *([pair(f"{architecture}.attention.sliding_window", "u32", args.window)] if args.window else []),
    pair("tokenizer.ggml.model", "string", "llama"), pair("tokenizer.ggml.pre", "string", "default"),
    pair("tokenizer.ggml.tokens", "string", [text for text, _, _ in vocabulary]),
    pair("tokenizer.ggml.scores", "f32", [score for _, score, _ in vocabulary]),
    pair("tokenizer.ggml.token_type", "i32", [kind for _, _, kind in vocabulary]),
    pair("tokenizer.ggml.bos_token_id", "u32", 1), pair("tokenizer.ggml.eos_token_id", "u32", 2),
    pair("tokenizer.ggml.unknown_token_id", "u32", 0), pair("tokenizer.ggml.add_bos_token", "bool", True),
    pair("tokenizer.ggml.add_eos_token", "bool", False), pair("tokenizer.ggml.add_space_prefix", "bool", False),
    pair("tokenizer.chat_template", "string",
         "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}"
         "{% if add_generation_prompt %}<|assistant|>{% endif %}"),
]

with open(args.out, "wb") as out:
    out.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(metadata))
    offset, data = 0, []
    for name, dimensions, values in tensors:
        raw = struct.pack(f"<{len(values)}f", *values)
        raw += b"\0" * (-len(raw) % 32)
        shape = struct.pack(f"<{len(dimensions)}Q", *dimensions)
        out.write(string(name) + struct.pack("<I", len(dimensions)) + shape + struct.pack("<IQ", 0, offset))
        offset += len(raw)
        data.append(raw)
    out.write(b"\0" * (-out.tell() % 32))
    out.writelines(data)
print(f"{len(vocabulary)} tokens, {len(words)} words, {offset} bytes of weights")
