# SPDX-License-Identifier: MIT
"""Made-up vocabularies of any size that take about as many bytes as real ones: byte tokens, then pairs and triples."""
import itertools


def byte_symbols():
    """The 256 printable stand-ins of bytes that byte-level BPE vocabularies use."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [value for value in range(256) if value not in printable]
    return [chr(value) for value in printable] + [chr(256 + index) for index in range(len(others))]


SPECIAL = ['<|begin|>', '<|end|>', '<|pad|>']


def bpe(size):
    """Tokens, types and merges."""
    base = byte_symbols()
    words = size - len(SPECIAL) - len(base)
    pairs = [(a, b) for a, b in itertools.islice(itertools.product(base, base), max(words, 0))]
    triples = itertools.islice(itertools.product(pairs, base), max(words - len(pairs), 0))
    merges, tokens = [], base[:max(size - len(SPECIAL), 0)]
    for a, b in pairs:
        tokens.append(a + b)
        merges.append(f'{a} {b}')
    for (a, b), c in triples:
        tokens.append(a + b + c)
        merges.append(f'{a}{b} {c}')
    plain = len(tokens)
    return (tokens + SPECIAL)[:size], ([1] * plain + [3] * len(SPECIAL))[:size], merges


def metadata(size, kind='gpt2', template=None):
    """The tokenizer's entries as converters write them. `kind`: gpt2 (merges) or llama (scores)."""
    tokens, types, merges = bpe(size)
    entries = {'tokenizer.ggml.model': kind, 'tokenizer.ggml.pre': 'llama-bpe' if kind == 'gpt2' else 'default',
               'tokenizer.ggml.tokens': tokens}
    if kind == 'llama':
        entries['tokenizer.ggml.scores'] = [-float(index) for index in range(size)]
    entries['tokenizer.ggml.token_type'] = types
    if kind == 'gpt2':
        entries['tokenizer.ggml.merges'] = merges or ['a b']
    entries.update({'tokenizer.ggml.bos_token_id': max(size - 3, 0), 'tokenizer.ggml.eos_token_id': max(size - 2, 0),
                    'tokenizer.ggml.padding_token_id': max(size - 1, 0),
                    'tokenizer.chat_template': template or
                    "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"})
    return entries
