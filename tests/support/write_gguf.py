#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes GGUF files of real models with sparse data: true headers, no disk.

write_gguf.py MODEL --out FILE [--type q8_0|f16|bf16|...|mixture] [--vocab N] [--split N] [--endian big] [--version 2]
write_gguf.py --list            names of the models: an id of the catalog, or the architecture for its first model"""
import argparse
import sys

import gguf_file
import gguf_models as models
import vocabulary
from gguf_file import TYPES, Typed

llama = lambda *a, **k: models.plain('llama', *a, **k)
qwen2 = lambda *a, **k: models.plain('qwen2', *a, bias=True, base=1e6, **k)
qwen3 = lambda *a, **k: models.plain('qwen3', *a, length=128, qk_norm='per_head', base=1e6, **k)

SAMPLES = {
    'llama-3.1-8b': lambda: llama('Llama 3.1 8B Instruct', 32, 131072, 4096, 14336, 32, 8, 128256, base=5e5, rope_factors=64),
    'llama-3.3-70b': lambda: llama('Llama 3.3 70B Instruct', 80, 131072, 8192, 28672, 64, 8, 128256, base=5e5,
                                   rope_factors=64),
    'smollm2-135m': lambda: llama('SmolLM2 135M Instruct', 30, 8192, 576, 1536, 9, 3, 49152, tied=True, base=1e5),
    'mixtral-8x7b': lambda: models.mixture('llama', 'Mixtral 8x7B Instruct', 32, 32768, 4096, 14336, 0, 8, 2, 32, 8, 32000, 128),
    'qwen2.5-7b': lambda: qwen2('Qwen2.5 7B Instruct', 28, 32768, 3584, 18944, 28, 4, 152064),
    'qwen2.5-0.5b': lambda: qwen2('Qwen2.5 0.5B Instruct', 24, 32768, 896, 4864, 14, 2, 151936, tied=True),
    'qwen3-8b': lambda: qwen3('Qwen3 8B', 36, 40960, 4096, 12288, 32, 8, 151936),
    'qwen3-0.6b': lambda: qwen3('Qwen3 0.6B', 28, 40960, 1024, 3072, 16, 8, 151936, tied=True),
    'qwen3-30b-a3b': lambda: models.mixture('qwen3moe', 'Qwen3 30B A3B', 48, 40960, 2048, 6144, 768, 128, 8, 32, 4, 151936, 128,
                                            qk_norm='per_head'),
    'qwen3-next-80b-a3b': lambda: models.qwen3next('Qwen3 Next 80B A3B Instruct', 48, 262144, 2048, 16, 2, 256, 151936, 512, 10,
                                                   512, 512, 16, 32),
    'gemma-2-9b': lambda: models.gemma('gemma2', 'Gemma 2 9b It', 42, 8192, 3584, 14336, 16, 8, 256000, 256, 4096),
    'gemma-3-4b': lambda: models.gemma('gemma3', 'Gemma 3 4b It', 34, 131072, 2560, 10240, 8, 4, 262208, 256, 1024,
                                       'per_head', 1e6),
    'gemma-3-270m': lambda: models.gemma('gemma3', 'Gemma 3 270m It', 18, 32768, 640, 2048, 4, 1, 262144, 256, 512,
                                         'per_head', 1e6),
    'phi-3.5-mini': lambda: models.phi3('Phi 3.5 Mini Instruct', 32, 131072, 3072, 8192, 32, 32, 32064, 48),
    'phi-4': lambda: models.phi3('Phi 4', 40, 16384, 5120, 17920, 40, 10, 100352, window=0),
    'phi-4-mini': lambda: models.phi3('Phi 4 Mini Instruct', 32, 131072, 3072, 8192, 24, 8, 200064, 48, tied=True),
    'ministral-3-8b': lambda: models.plain('mistral3', 'Ministral 3 8B Instruct 2512', 34, 262144, 4096, 14336, 32, 8, 131072,
                                           length=128, base=1e6, rope__scaling__type='yarn', rope__scaling__factor=16.0,
                                           rope__scaling__original_context_length=16384, attention__temperature_scale=0.1),
    'deepseek-v2-lite': lambda: models.deepseek2('DeepSeek V2 Lite Chat', 27, 163840, 2048, 10944, 1408, 64, 6, 2, 1, 16, 102400),
    'deepseek-v2-lite-old': lambda: models.deepseek2('DeepSeek V2 Lite Chat', 27, 163840, 2048, 10944, 1408, 64, 6, 2, 1, 16,
                                                     102400, split=False),
    'deepseek-v3': lambda: models.deepseek2('DeepSeek V3 0324', 61, 163840, 7168, 18432, 2048, 256, 8, 1, 3, 128, 129280, 1536,
                                            router_bias=True),
    'gpt-oss-20b': lambda: models.gpt_oss('Gpt Oss 20b', 24, 32),
    'granite-4.0-h-tiny': lambda: models.granite_hybrid('Granite 4.0 H Tiny', 40, 1536, 512, 12, 4, 100352, 48, 64, 6, 1024),
    'granite-4.0-h-micro': lambda: models.granite_hybrid('Granite 4.0 H Micro', 40, 2048, 8192, 32, 8, 100352, 64),
    'mamba-codestral-7b': lambda: models.mamba2('Mamba Codestral 7B v0.1', 64, 4096, 32768, 8),
    'mamba-2.8b': lambda: models.mamba('Mamba 2.8b Hf', 64, 2560, 50280, 160),
    'glm-4.5-air': lambda: models.glm4moe('GLM 4.5 Air', 46, 4096, 10944, 1408, 128, 8, 1, 96, 8, 128, 151552),
    'command-r-08-2024': lambda: models.command_r('C4Ai Command R 08 2024', 40, 8192, 24576, 64, 8),
    'command-r-plus-08-2024': lambda: models.command_r('C4Ai Command R Plus 08 2024', 64, 12288, 33792, 96, 8,
                                                       qk_norm='all_heads'),
    'starcoder2-7b': lambda: models.starcoder2('Starcoder2 7b', 32, 16384, 4608, 18432, 36, 4, 49152),
    'falcon-h1-7b': lambda: models.falcon_h1('Falcon H1 7B Instruct', 44, 262144, 3072, 12288, 12, 2, 128, 130049, 3072, 24, 256),
}
FILE_TYPES = {'f32': 0, 'f16': 1, 'q4_0': 2, 'q8_0': 7, 'q2_k': 10, 'q4_k': 14, 'q5_k': 16, 'q6_k': 18, 'mixture': 15,
              'bf16': 32, 'mxfp4': 38, 'iq4_nl': 25, 'iq4_xs': 30}
# What the quantiser takes instead where rows do not divide into a type's blocks.
NARROWER = {'q2_k': 'iq4_nl', 'q3_k': 'iq4_nl', 'q4_k': 'q5_0', 'q5_k': 'q5_1', 'q6_k': 'q8_0', 'iq4_xs': 'iq4_nl'}


def typed(model, wanted):
    """Gives every tensor its type. "mixture" is the rule of Q4_K_M in outline: more bits for the output matrix and, in every
    third of the middle blocks and all outer ones, for V and the way down."""
    def more_bits(layer):
        eighth = model.layers // 8
        return layer < eighth or layer >= 7 * eighth or (layer - eighth) % 3 == 2

    def pick(tensor):
        if wanted != 'mixture':
            return wanted
        parts = tensor.name.split('.')
        if parts[0] == 'output':
            return 'q6_k'
        rich = parts[0] == 'blk' and parts[2] in ('attn_v', 'ffn_down', 'ffn_down_exps') and more_bits(int(parts[1]))
        return 'q6_k' if rich else 'q4_k'

    for tensor in model.tensors:
        if tensor.type is None:
            tensor.type = pick(tensor)
            while tensor.shape[0] % TYPES[tensor.type][1]:
                tensor.type = NARROWER.get(tensor.type, 'f16')
    return model


def sample(name):
    """By catalog id, or the first model of an architecture; "lora:NAME", "mmproj" and "vocab-only:NAME" too."""
    kind, _, rest = name.rpartition(':')
    if name == 'mmproj':
        return models.projector('Gemma 3 4b It', 27, 1152, 4304, 16, 2560)
    if kind == 'lora':
        return models.adapter(sample(rest))
    if kind == 'vocab-only':
        model = sample(rest)
        model.tensors = []
        return model
    if rest in SAMPLES:
        return SAMPLES[rest]()
    for make in SAMPLES.values():
        model = make()
        if model.arch == rest:
            return model
    raise SystemExit(f'no such model: {name}; there are {", ".join(SAMPLES)}')


def finished(model, wanted='q8_0', vocab=None, template=None):
    """Types, tokenizer and what converters add to every file. `vocab`: tokens; None: the true number, 0: no tokenizer."""
    typed(model, wanted)
    general = {'general.quantization_version': 2, 'general.file_type': FILE_TYPES.get(wanted, 1024),
               'general.license': 'apache-2.0', 'general.organization': 'Example Labs', 'general.size_label': '7B',
               'general.base_model.count': 1, 'general.base_model.0.name': 'Example Base',
               'general.base_model.0.organization': 'Example Labs',
               'general.base_model.0.repo_url': 'https://huggingface.co/example-labs/example-base',
               'general.tags': ['chat', 'text-generation'], 'general.languages': ['en', 'de']}
    model.metadata.update({key: value for key, value in general.items() if key not in model.metadata})
    tokens = model.vocab if vocab is None else vocab
    if tokens and model.arch != 'clip' and 'adapter.type' not in model.metadata:
        kind = 'llama' if model.arch.startswith(('gemma', 'phi3')) else 'gpt2'
        model.metadata.update(vocabulary.metadata(tokens, kind, template))
    return model


def edited(model, settings, dropped):
    """"KEY=VALUE" (a number, true, false, or text with escapes such as \\x1b) and keys to leave out."""
    for setting in settings:
        key, _, text = setting.partition('=')
        if text.lstrip('-').isdigit():
            value = Typed('u32' if int(text) < 1 << 32 else 'u64', int(text)) if text[0] != '-' else Typed('i32', int(text))
        else:
            value = text in ('true',) if text in ('true', 'false') else text.encode().decode('unicode_escape')
        model.metadata[key] = value
    for key in dropped:
        model.metadata.pop(key, None)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', nargs='?')
    parser.add_argument('--out')
    parser.add_argument('--type', default='q8_0', help='of every matrix, or "mixture" (Q4_K_M)')
    parser.add_argument('--vocab', type=int, help='tokens; 0: no tokenizer; default: as many as the model has')
    parser.add_argument('--split', type=int)
    parser.add_argument('--endian', choices=('little', 'big'), default='little')
    parser.add_argument('--version', type=int, default=3)
    parser.add_argument('--set', action='append', default=[], metavar='KEY=VALUE')
    parser.add_argument('--drop', action='append', default=[], metavar='KEY')
    parser.add_argument('--no-data', action='store_true', help='the header only: a download that has just begun')
    parser.add_argument('--list', action='store_true')
    arguments = parser.parse_args()
    if arguments.list:
        print('\n'.join(SAMPLES))
        return
    if not arguments.model or not arguments.out:
        parser.error('a model and --out are needed')
    model = edited(finished(sample(arguments.model), arguments.type, arguments.vocab), arguments.set, arguments.drop)
    big = arguments.endian == 'big'
    if arguments.split:
        gguf_file.write_split(arguments.out, model.metadata, model.tensors, arguments.split, arguments.version, big)
    else:
        gguf_file.write(arguments.out, model.metadata, model.tensors, arguments.version, big,
                        0 if arguments.no_data else None)


if __name__ == '__main__':
    sys.exit(main())
