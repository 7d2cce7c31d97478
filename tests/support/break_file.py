#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes model files that are wrong in one way each: break_file.py FOLDER [NAME...]. Prints what it wrote, one path a line."""
import json
import os
import struct
import sys

import gguf_file
import write_gguf
import write_safetensors
from gguf_file import Tensor, Typed

U64 = (1 << 64) - 1


def small(**changes):
    """Metadata of a two-layer model, with some entries changed (None: left out)."""
    entries = {'general.architecture': 'llama', 'general.name': 'Broken', 'llama.block_count': 2,
               'llama.context_length': 4096, 'llama.embedding_length': 64, 'llama.feed_forward_length': 128,
               'llama.attention.head_count': 4, 'llama.attention.head_count_kv': 2,
               'llama.attention.layer_norm_rms_epsilon': 1e-5, 'general.file_type': 7}
    entries.update({key.replace('__', '.'): value for key, value in changes.items()})
    return {key: value for key, value in entries.items() if value is not None}


def tensors():
    model = write_gguf.models.plain('llama', 'Broken', 2, 4096, 64, 128, 4, 2, 320, tied=True)
    return write_gguf.typed(model, 'q8_0').tensors


def whole(metadata=None, parts=None, **options):
    head, length = gguf_file.header(metadata or small(), parts or tensors(), **options)
    return head, length


def gguf(metadata=None, parts=None, data=None, **options):
    head, length = whole(metadata, parts, **options)
    return head, length if data is None else data


def patched(at, layout, *values):
    head, length = whole()
    raw = bytearray(head)
    struct.pack_into(layout, raw, at, *values)
    return bytes(raw), length


def with_tensor(tensor):
    return gguf(parts=[*tensors(), tensor])


def entry(raw):
    """A file whose last metadata entry is `raw`: key, type and value in the file's own bytes."""
    encoder = gguf_file.Encoder()
    head = b'GGUF' + struct.pack('<IQQ', 3, 0, 2)
    head += encoder.string('general.architecture') + encoder.value('llama') + raw
    return head, 4096


def key(text):
    return gguf_file.Encoder().string(text)


def nested(depth):
    levels = struct.pack('<IQ', gguf_file.ARRAY, 1) * depth
    return entry(key('general.deep') + struct.pack('<I', gguf_file.ARRAY) + levels + struct.pack('<IQI', 4, 1, 7))


def cut(share):
    """The first part of a header: `share` of 1000."""
    head, _ = whole()
    return head[:len(head) * share // 1000], 0


def offsets(change):
    parts = tensors()
    places, end = [], 0
    for tensor in parts:
        places.append(end)
        end += gguf_file.padded(tensor.bytes(), 32)
    change(places, end)
    head, _ = gguf_file.header(small(), parts, offsets=places)
    return head, end


def put(index, value):
    return lambda places, end: places.__setitem__(index, value(places, end))


GGUF = {
    # what is not a GGUF file at all
    'empty.gguf': lambda: (b'', 0),
    'magic-only.gguf': lambda: (b'GGUF', 0),
    'zeros.gguf': lambda: (b'', 4096),
    'html.gguf': lambda: (b'<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n', 0),
    'lfs-pointer.gguf': lambda: (b'version https://git-lfs.github.com/spec/v1\noid sha256:' + b'0' * 64 + b'\nsize 4920734272\n', 0),
    'zip.gguf': lambda: (b'PK\x03\x04' + b'archive/data.pkl' * 8, 0),
    'older-ggml.gguf': lambda: (b'tjgg' + bytes(64), 0),
    'really-safetensors.gguf': lambda: (struct.pack('<Q', 64) + b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(64), 4),
    # version and counts
    'version-1.gguf': lambda: patched(4, '<I', 1),
    'version-0.gguf': lambda: patched(4, '<I', 0),
    'version-99.gguf': lambda: patched(4, '<I', 99),
    'tensor-count-huge.gguf': lambda: patched(8, '<Q', U64),
    'tensor-count-quintillion.gguf': lambda: patched(8, '<Q', 10**18),
    'metadata-count-huge.gguf': lambda: patched(16, '<Q', U64),
    'metadata-count-billion.gguf': lambda: patched(16, '<Q', 10**9),
    # metadata
    'key-length-huge.gguf': lambda: patched(24, '<Q', U64),
    'key-longer-than-file.gguf': lambda: patched(24, '<Q', 1 << 40),
    'string-longer-than-file.gguf': lambda: entry(key('general.name') + struct.pack('<IQ', 8, 1 << 33) + b'x'),
    'array-count-huge.gguf': lambda: entry(key('tokenizer.ggml.tokens') + struct.pack('<IIQ', 9, 8, U64)),
    'array-overflows.gguf': lambda: entry(key('a.b') + struct.pack('<IIQ', 9, 10, 1 << 61)),
    'array-of-numbers-huge.gguf': lambda: entry(key('a.b') + struct.pack('<IIQ', 9, 0, 1 << 50)),
    'array-element-type-unknown.gguf': lambda: entry(key('a.b') + struct.pack('<IIQ', 9, 77, 1) + bytes(8)),
    'value-type-unknown.gguf': lambda: entry(key('a.b') + struct.pack('<I', 13) + bytes(8)),
    'arrays-nested-1000.gguf': lambda: nested(1000),
    'arrays-nested-100000.gguf': lambda: nested(100000),
    'key-twice.gguf': lambda: gguf(metadata=[*small().items(), ('general.name', 'Again')]),
    'architecture-missing.gguf': lambda: gguf(metadata=small(general__architecture=None)),
    'architecture-is-a-number.gguf': lambda: gguf(metadata=small(general__architecture=7)),
    'block-count-missing.gguf': lambda: gguf(metadata=small(llama__block_count=None)),
    'block-count-huge.gguf': lambda: gguf(metadata=small(llama__block_count=Typed('u32', 0xFFFFFFFF))),
    'block-count-negative.gguf': lambda: gguf(metadata=small(llama__block_count=Typed('i32', -1))),
    'block-count-is-text.gguf': lambda: gguf(metadata=small(llama__block_count='two')),
    'embedding-length-missing.gguf': lambda: gguf(metadata=small(llama__embedding_length=None)),
    'alignment-zero.gguf': lambda: patched_alignment(0),
    'alignment-odd.gguf': lambda: patched_alignment(7),
    # tensors
    'tensor-9-dimensions.gguf': lambda: with_tensor(Tensor('blk.1.more.weight', (1,) * 9)),
    'tensor-zero-dimension.gguf': lambda: with_tensor(Tensor('blk.1.more.weight', (64, 0))),
    'tensor-overflows.gguf': lambda: with_tensor(Tensor('blk.1.more.weight', (1 << 32, 1 << 32, 4), 77)),
    'tensor-dimension-huge.gguf': lambda: with_tensor(Tensor('blk.1.more.weight', (U64,), 77)),
    'tensor-rows-not-whole-blocks.gguf': lambda: with_tensor(Tensor('blk.1.more.weight', (33, 2), 'q8_0')),
    'tensor-twice.gguf': lambda: gguf(parts=[*tensors(), Tensor('token_embd.weight', (64, 320), 'q8_0')]),
    'tensor-name-too-long.gguf': lambda: with_tensor(Tensor('x' * 70000, (64,))),
    'offset-beyond-file.gguf': lambda: offsets(put(-1, lambda places, end: 1 << 40)),
    'offset-overflows.gguf': lambda: offsets(put(-1, lambda places, end: U64 - 31)),
    'offset-misaligned.gguf': lambda: offsets(put(3, lambda places, end: places[3] + 5)),
    'offsets-overlap.gguf': lambda: offsets(put(3, lambda places, end: places[2])),
    'data-truncated.gguf': lambda: gguf(data=1024),
    'data-missing.gguf': lambda: gguf(data=0),
    'split-alone.gguf': lambda: gguf(metadata=small(split__no=Typed('u16', 1), split__count=Typed('u16', 4),
                                                    split__tensors__count=Typed('i32', 40))),
}
GGUF.update({f'cut-{share:04d}.gguf': (lambda share=share: cut(share)) for share in (5, 20, 50, 100, 200, 400, 700, 990)})
# Files that are odd but can be read: (they must not be refused)
ODD = {
    'odd-tensor-no-dimensions.gguf': lambda: with_tensor(Tensor('blk.1.more.weight', ())),
    'odd-tensor-type-77.gguf': lambda: with_tensor(Tensor('blk.1.more.weight', (64, 2), 77)),
    'odd-name-with-escapes.gguf': lambda: gguf(metadata=small(general__name='Evil\x1b[31m\x1b]0;title\x07 \x9b2J\u202e\n name')),
    'odd-name-not-utf8.gguf': lambda: gguf(metadata=small(general__name=b'\xff\xfe\x80 name')),
    'odd-name-of-a-tensor.gguf': lambda: with_tensor(Tensor('blk.1.\x1b[2Jmore\n.weight', (64, 2))),
    'odd-template.gguf': lambda: gguf(metadata={**small(), 'tokenizer.chat_template': '\x1b[2J{{ x }}' * 20000}),
}
# Numbers that no model has: refused or not, they must not upset the sums.
WILD = {f'wild-{name}-{value}.gguf': (lambda name=name, value=value: gguf(metadata=small(**{
    f"llama__{name.replace('-', '_').replace('attention_', 'attention__', 1)}": Typed('u32', value)})))
        for name in ('attention-key-length', 'attention-value-length', 'attention-head-count', 'attention-head-count-kv',
                     'attention-sliding-window', 'feed-forward-length', 'context-length', 'expert-count', 'embedding-length')
        for value in (0, 1, 3, 1 << 16, 1 << 31, (1 << 32) - 1)}


def patched_alignment(value):
    head, length = whole(metadata={**small(), 'general.alignment': 32})
    at = head.index(b'general.alignment') + len('general.alignment') + 4
    return head[:at] + struct.pack('<I', value) + head[at + 4:], length


def safetensors(header, data=4096, claimed=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('<Q', len(text) if claimed is None else claimed) + text, data


def one(**changes):
    tensor = {'dtype': 'F32', 'shape': [16, 16], 'data_offsets': [0, 1024], **changes}
    return safetensors({'model.embed_tokens.weight': tensor}, 1024)


SAFETENSORS = {
    'st-empty': lambda: (b'', 0),
    'st-short': lambda: (b'\x10\0\0', 0),
    'st-claims-2-63': lambda: safetensors(b'{}', claimed=1 << 63),
    'st-claims-all-ones': lambda: safetensors(b'{}', claimed=U64),
    'st-claims-more-than-file': lambda: safetensors(b'{}', data=0, claimed=1 << 20),
    'st-claims-200-mb': lambda: safetensors(b'{', data=250 << 20, claimed=200 << 20),
    'st-length-zero': lambda: safetensors(b'', data=0),
    'st-not-json': lambda: safetensors(b'not json at all '),
    'st-html': lambda: (b'<!DOCTYPE html><html><body>Sign in</body></html>', 0),
    'st-is-gguf': lambda: whole(),
    'st-list': lambda: safetensors(b'[1, 2, 3]'),
    'st-depth-100000': lambda: safetensors(b'{"a":' + b'[' * 100000 + b']' * 100000 + b'}'),
    'st-depth-objects': lambda: safetensors(b'{"a":' * 100000 + b'1' + b'}' * 100000),
    'st-depth-unclosed': lambda: safetensors(b'{"a":' + b'[' * 100000),
    'st-key-twice': lambda: safetensors(b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},'
                                        b'"a":{"dtype":"F32","shape":[4],"data_offsets":[16,32]}}'),
    'st-offsets-beyond': lambda: one(data_offsets=[0, 1 << 40], shape=[1 << 19, 1 << 19]),
    'st-offsets-backward': lambda: one(data_offsets=[1024, 0]),
    'st-offsets-wrong-size': lambda: one(data_offsets=[0, 512]),
    'st-offsets-negative': lambda: one(data_offsets=[-4, 1020]),
    'st-offsets-missing': lambda: safetensors({'model.embed_tokens.weight': {'dtype': 'F32', 'shape': [4]}}),
    'st-shape-overflows': lambda: one(shape=[1 << 33, 1 << 33]),
    'st-shape-negative': lambda: one(shape=[-16, 16]),
    'st-shape-fraction': lambda: one(shape=[0.5, 512]),
    'st-shape-text': lambda: one(shape='16x16'),
    'st-dtype-number': lambda: one(dtype=7),
    'st-truncated-header': lambda: (safetensors({'a': {'dtype': 'F32', 'shape': [4], 'data_offsets': [0, 16]}})[0][:30], 0),
}


def config(**changes):
    c = {**write_safetensors.MODELS['tiny'], **changes}
    return json.dumps({key: value for key, value in c.items() if value is not None}).encode(), 0


CONFIG = {
    'config-empty': lambda: (b'', 0),
    'config-not-json': lambda: (b'layers: 32\n', 0),
    'config-html': lambda: (b'<html><body>404</body></html>', 0),
    'config-list': lambda: (b'[]', 0),
    'config-empty-object': lambda: (b'{}', 0),
    'config-depth': lambda: (b'{"a":' * 100000 + b'1' + b'}' * 100000, 0),
    'config-layers-missing': lambda: config(num_hidden_layers=None),
    'config-layers-huge': lambda: config(num_hidden_layers=10**18),
    'config-layers-negative': lambda: config(num_hidden_layers=-3),
    'config-layers-text': lambda: config(num_hidden_layers='thirty-two'),
    'config-width-missing': lambda: config(hidden_size=None),
    'config-heads-zero': lambda: config(num_attention_heads=0, head_dim=None),
    'config-cut': lambda: (config()[0][:100], 0),
}


def put_file(path, made):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    raw, length = made()
    with open(path, 'wb') as out:
        out.write(raw)
        out.truncate(len(raw) + length)
    return path


def put_folder(folder, name, made, file):
    """A folder around one broken file: config.json beside safetensors, or config.json alone."""
    path = put_file(os.path.join(folder, name, file), made)
    if file != 'config.json':
        write_safetensors.write_folder(os.path.dirname(path), write_safetensors.MODELS['tiny'], 'bf16', weights=False)
    return os.path.dirname(path)


def main():
    folder, wanted = sys.argv[1], set(sys.argv[2:])
    for name, made in {**GGUF, **ODD, **WILD}.items():
        if not wanted or name in wanted:
            print(put_file(os.path.join(folder, name), made))
    for table, file in ((SAFETENSORS, 'model.safetensors'), (CONFIG, 'config.json')):
        for name, made in table.items():
            if not wanted or name in wanted:
                print(put_folder(folder, name, made, file))


if __name__ == '__main__':
    sys.exit(main())
