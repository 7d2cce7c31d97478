# SPDX-License-Identifier: MIT
"""The container: writes GGUF files with sparse tensor data. What a model is made of is in gguf_models.py."""
import array
import dataclasses
import os
import struct
import sys

# ggml's number, elements of a block, bytes of a block
TYPES = {
    'f32': (0, 1, 4), 'f16': (1, 1, 2), 'q4_0': (2, 32, 18), 'q4_1': (3, 32, 20), 'q5_0': (6, 32, 22),
    'q5_1': (7, 32, 24), 'q8_0': (8, 32, 34), 'q8_1': (9, 32, 36), 'q2_k': (10, 256, 84), 'q3_k': (11, 256, 110),
    'q4_k': (12, 256, 144), 'q5_k': (13, 256, 176), 'q6_k': (14, 256, 210), 'iq2_xxs': (16, 256, 66),
    'iq2_xs': (17, 256, 74), 'iq3_xxs': (18, 256, 98), 'iq1_s': (19, 256, 50), 'iq4_nl': (20, 32, 18),
    'iq3_s': (21, 256, 110), 'iq2_s': (22, 256, 82), 'iq4_xs': (23, 256, 136), 'i8': (24, 1, 1), 'i16': (25, 1, 2),
    'i32': (26, 1, 4), 'i64': (27, 1, 8), 'f64': (28, 1, 8), 'iq1_m': (29, 256, 56), 'bf16': (30, 1, 2),
    'tq1_0': (34, 256, 54), 'tq2_0': (35, 256, 66), 'mxfp4': (39, 32, 17), 'nvfp4': (40, 64, 36),
}
# Metadata value types: number in the file, struct letter.
VALUES = {'u8': (0, 'B'), 'i8': (1, 'b'), 'u16': (2, 'H'), 'i16': (3, 'h'), 'u32': (4, 'I'), 'i32': (5, 'i'),
          'f32': (6, 'f'), 'bool': (7, 'B'), 'u64': (10, 'Q'), 'i64': (11, 'q'), 'f64': (12, 'd')}
STRING, ARRAY = 8, 9


@dataclasses.dataclass
class Tensor:
    name: str
    shape: tuple  # row length first
    type: object = 'f32'  # a name from TYPES, or any number

    def elements(self):
        count = 1
        for length in self.shape:
            count *= length
        return count

    def bytes(self):
        if self.type not in TYPES:
            return 0
        _, block, size = TYPES[self.type]
        row = self.shape[0] if self.shape else 1
        return -(-row // block) * size * (self.elements() // max(row, 1))


@dataclasses.dataclass
class Typed:
    """A metadata value whose type is said; plain Python values get the usual one."""
    type: str
    value: object


class Encoder:
    def __init__(self, big=False):
        self.order = '>' if big else '<'
        self.big = big

    def number(self, letter, *values):
        return struct.pack(f'{self.order}{len(values)}{letter}', *values)

    def string(self, text):
        raw = text if isinstance(text, bytes) else text.encode('utf-8', 'surrogateescape')
        return self.number('Q', len(raw)) + raw

    def numbers(self, kind, values):
        number, letter = VALUES[kind]
        if len(values) > 64 and letter in 'if':
            packed = array.array(letter, values)
            if self.big != (sys.byteorder == 'big'):
                packed.byteswap()
            return number, packed.tobytes()
        return number, self.number(letter, *values)

    def array(self, values, kind=None):
        first = values[0] if values else 0
        if isinstance(first, (str, bytes)):
            return struct.pack(f'{self.order}IQ', STRING, len(values)) + b''.join(map(self.string, values))
        if isinstance(first, list):  # nested: allowed by the format, written by nobody
            return struct.pack(f'{self.order}IQ', ARRAY, len(values)) + b''.join(map(self.array, values))
        kind = kind or ('bool' if isinstance(first, bool) else 'f32' if isinstance(first, float) else 'i32')
        number, raw = self.numbers(kind, values)
        return struct.pack(f'{self.order}IQ', number, len(values)) + raw

    def value(self, value):
        """Type and value, as an entry of the metadata holds them."""
        if isinstance(value, Typed):
            if isinstance(value.value, list):
                return self.number('I', ARRAY) + self.array(value.value, value.type)
            number, letter = VALUES[value.type]
            return self.number('I', number) + self.number(letter, value.value)
        if isinstance(value, (str, bytes)):
            return self.number('I', STRING) + self.string(value)
        if isinstance(value, list):
            return self.number('I', ARRAY) + self.array(value)
        if isinstance(value, bool):
            return self.value(Typed('bool', value))
        return self.value(Typed('f32' if isinstance(value, float) else 'u32', value))

    def tensor(self, tensor, offset):
        number = TYPES[tensor.type][0] if tensor.type in TYPES else tensor.type
        return (self.string(tensor.name) + self.number('I', len(tensor.shape)) + self.number('Q', *tensor.shape) +
                self.number('I', number) + self.number('Q', offset))


def padded(length, alignment):
    return -(-length // alignment) * alignment


def header(metadata, tensors, version=3, big=False, offsets=None):
    """Bytes up to the tensors' data, and the length of that data. `metadata` is a dict or a list of pairs."""
    encoder = Encoder(big)
    pairs = list(metadata.items()) if isinstance(metadata, dict) else list(metadata)
    alignment = dict(pairs).get('general.alignment', 32)
    out = [b'GGUF', encoder.number('I', version), encoder.number('Q', len(tensors), len(pairs))]
    for key, value in pairs:
        out += [encoder.string(key), encoder.value(value)]
    end = 0
    for index, tensor in enumerate(tensors):
        out.append(encoder.tensor(tensor, offsets[index] if offsets else end))
        end += padded(tensor.bytes(), alignment)
    raw = b''.join(out)
    return raw.ljust(padded(len(raw), alignment), b'\0'), end


def write(path, metadata, tensors, version=3, big=False, data_bytes=None):
    """One file; its data are a hole of the full length (or of `data_bytes`)."""
    head, length = header(metadata, tensors, version, big)
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, 'wb') as out:
        out.write(head)
        out.truncate(len(head) + (length if data_bytes is None else data_bytes))
    return path


def split_names(path, count):
    stem = path[:-5] if path.endswith('.gguf') else path
    return [f'{stem}-{part + 1:05d}-of-{count:05d}.gguf' for part in range(count)]


def write_split(path, metadata, tensors, count, version=3, big=False):
    """Parts of about the same size; all metadata is in the first, as gguf-split writes it."""
    total = sum(tensor.bytes() for tensor in tensors)
    parts, taken = [[] for _ in range(count)], 0
    for tensor in tensors:
        parts[min(taken * count // max(total, 1), count - 1)].append(tensor)
        taken += tensor.bytes()
    names = split_names(path, count)
    for number, name in enumerate(names):
        pairs = dict(metadata) if number == 0 else {}
        pairs.update({'split.no': Typed('u16', number), 'split.count': Typed('u16', count),
                      'split.tensors.count': Typed('i32', len(tensors))})
        write(name, pairs, parts[number], version, big)
    return names
