#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a folder with config.json and safetensors as hubs hold them, with sparse data.

write_safetensors.py MODEL KIND FOLDER [--shards N] [--no-weights] [--set /pointer=JSON]
MODEL: a key of MODELS;  KIND: bf16 f16 f32 fp8 fp8-tensor mxfp4 nvfp4 awq gptq nf4 mlx-4bit mlx-8bit"""
import argparse
import json
import os
import struct
import sys

SIZES = {'F64': 8, 'F32': 4, 'BF16': 2, 'F16': 2, 'F8_E4M3': 1, 'U8': 1, 'I8': 1, 'U32': 4, 'I32': 4, 'I64': 8, 'BOOL': 1}


def config(architecture, model_type, layers, width, ffn, heads, kv, vocab, context, **more):
    return {'architectures': [architecture], 'model_type': model_type, 'num_hidden_layers': layers, 'hidden_size': width,
            'intermediate_size': ffn, 'num_attention_heads': heads, 'num_key_value_heads': kv, 'vocab_size': vocab,
            'max_position_embeddings': context, 'rms_norm_eps': 1e-5, 'rope_theta': 500000.0, 'hidden_act': 'silu',
            'tie_word_embeddings': False, 'torch_dtype': 'bfloat16', **more}


MODELS = {
    'tiny': config('LlamaForCausalLM', 'llama', 2, 256, 512, 4, 2, 1024, 4096),
    'llama-3.1-8b': config('LlamaForCausalLM', 'llama', 32, 4096, 14336, 32, 8, 128256, 131072, attention_bias=False,
                           rope_scaling={'factor': 8.0, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,
                                         'original_max_position_embeddings': 8192, 'rope_type': 'llama3'}),
    'qwen2.5-0.5b': config('Qwen2ForCausalLM', 'qwen2', 24, 896, 4864, 14, 2, 151936, 32768, tie_word_embeddings=True,
                           use_sliding_window=False, sliding_window=32768, rope_theta=1000000.0),
    'qwen3-8b': config('Qwen3ForCausalLM', 'qwen3', 36, 4096, 12288, 32, 8, 151936, 40960, head_dim=128, rope_theta=1000000,
                       use_sliding_window=False, sliding_window=None),
    'qwen3-30b-a3b': config('Qwen3MoeForCausalLM', 'qwen3_moe', 48, 2048, 6144, 32, 4, 151936, 40960, head_dim=128,
                            num_experts=128, num_experts_per_tok=8, moe_intermediate_size=768, decoder_sparse_step=1,
                            mlp_only_layers=[], norm_topk_prob=True),
    'gpt-oss-20b': config('GptOssForCausalLM', 'gpt_oss', 24, 2880, 2880, 64, 8, 201088, 131072, head_dim=64,
                          num_local_experts=32, num_experts_per_tok=4, experts_per_token=4, sliding_window=128,
                          attention_bias=True, layer_types=['sliding_attention', 'full_attention'] * 12),
    # a family nobody knows yet, with the usual keys
    'unheard-of': config('UnheardOfForCausalLM', 'unheard_of', 2, 256, 512, 4, 2, 1024, 4096),
}

GROUP = {'awq': 128, 'gptq': 128, 'mlx-4bit': 64, 'mlx-8bit': 64}
QUANTIZATION = {
    'fp8': {'quant_method': 'fp8', 'fmt': 'e4m3', 'weight_block_size': [128, 128], 'activation_scheme': 'dynamic'},
    'fp8-tensor': {'quant_method': 'fp8', 'activation_scheme': 'static'},
    'mxfp4': {'quant_method': 'mxfp4', 'modules_to_not_convert': ['model.layers.*.self_attn', 'model.layers.*.mlp.router',
                                                                  'model.embed_tokens', 'lm_head']},
    'nvfp4': {'quant_method': 'modelopt', 'quant_algo': 'NVFP4', 'ignore': ['lm_head'],
              'config_groups': {'group_0': {'targets': ['Linear'], 'weights': {'num_bits': 4, 'type': 'float', 'group_size': 16}}}},
    'awq': {'quant_method': 'awq', 'bits': 4, 'group_size': 128, 'zero_point': True, 'version': 'gemm'},
    'gptq': {'quant_method': 'gptq', 'bits': 4, 'group_size': 128, 'desc_act': True, 'sym': True},
    'nf4': {'quant_method': 'bitsandbytes', 'load_in_4bit': True, 'load_in_8bit': False, 'bnb_4bit_quant_type': 'nf4',
            'bnb_4bit_use_double_quant': True, 'bnb_4bit_compute_dtype': 'bfloat16'},
}


def blocks(length, size):
    return -(-length // size)


def linear(name, rows, columns, kind, plain='BF16'):
    """The tensors that one matrix of `rows` x `columns` (out x in) becomes."""
    weight, elements = f'{name}.weight', rows * columns
    if kind == 'fp8':
        return {weight: ('F8_E4M3', [rows, columns]),
                f'{name}.weight_scale_inv': ('F32', [blocks(rows, 128), blocks(columns, 128)])}
    if kind == 'fp8-tensor':
        return {weight: ('F8_E4M3', [rows, columns]), f'{name}.weight_scale': ('F32', []), f'{name}.input_scale': ('F32', [])}
    if kind == 'nvfp4':
        return {weight: ('U8', [rows, columns // 2]), f'{name}.weight_scale': ('F8_E4M3', [rows, columns // 16]),
                f'{name}.weight_scale_2': ('F32', []), f'{name}.input_scale': ('F32', [])}
    if kind == 'awq':
        groups = blocks(columns, GROUP[kind])
        return {f'{name}.qweight': ('I32', [columns, rows // 8]), f'{name}.qzeros': ('I32', [groups, rows // 8]),
                f'{name}.scales': ('F16', [groups, rows])}
    if kind == 'gptq':
        groups = blocks(columns, GROUP[kind])
        return {f'{name}.qweight': ('I32', [columns // 8, rows]), f'{name}.qzeros': ('I32', [groups, rows // 8]),
                f'{name}.scales': ('F16', [groups, rows]), f'{name}.g_idx': ('I32', [columns])}
    if kind == 'nf4':
        scales = blocks(elements, 64)
        return {weight: ('U8', [elements // 2, 1]), f'{weight}.absmax': ('U8', [scales]), f'{weight}.quant_map': ('F32', [16]),
                f'{weight}.nested_absmax': ('F32', [blocks(scales, 256)]), f'{weight}.nested_quant_map': ('F32', [256]),
                f'{weight}.quant_state.bitsandbytes__nf4': ('U8', [84])}
    if kind.startswith('mlx'):
        bits = int(kind[4])
        return {weight: ('U32', [rows, columns * bits // 32]), f'{name}.scales': ('BF16', [rows, columns // 64]),
                f'{name}.biases': ('BF16', [rows, columns // 64])}
    return {weight: (plain, [rows, columns])}


def experts(prefix, c, kind):
    """gpt-oss: all experts of a layer in two stacks, packed in blocks of 32 with one scale each."""
    count, width, ffn = c['num_local_experts'], c['hidden_size'], c['intermediate_size']
    tensors = {f'{prefix}.router.weight': ('BF16', [count, width]), f'{prefix}.router.bias': ('BF16', [count])}
    for part, rows, columns in (('gate_up_proj', 2 * ffn, width), ('down_proj', width, ffn)):
        if kind == 'mxfp4':
            tensors[f'{prefix}.experts.{part}_blocks'] = ('U8', [count, rows, columns // 32, 16])
            tensors[f'{prefix}.experts.{part}_scales'] = ('U8', [count, rows, columns // 32])
        else:
            tensors[f'{prefix}.experts.{part}'] = ('BF16', [count, columns, rows])
        tensors[f'{prefix}.experts.{part}_bias'] = ('BF16', [count, rows])
    return tensors


def tensors_of(c, kind):
    """Name -> (dtype, shape) of the whole model, in order."""
    kind_of_type = c['model_type']
    plain = {'f32': 'F32', 'f16': 'F16'}.get(kind, 'BF16')
    width, heads, kv = c['hidden_size'], c['num_attention_heads'], c['num_key_value_heads']
    length = c.get('head_dim', width // heads)
    layer_kind = 'bf16' if kind == 'mxfp4' else kind
    end_kind = kind if kind.startswith('mlx') else 'bf16'
    tensors = linear('model.embed_tokens', c['vocab_size'], width, end_kind, plain)
    for i in range(c['num_hidden_layers']):
        at = f'model.layers.{i}'
        tensors[f'{at}.input_layernorm.weight'] = (plain, [width])
        for part, rows in (('q', heads), ('k', kv), ('v', kv)):
            tensors.update(linear(f'{at}.self_attn.{part}_proj', rows * length, width, layer_kind, plain))
            if kind_of_type in ('qwen2', 'gpt_oss'):
                tensors[f'{at}.self_attn.{part}_proj.bias'] = (plain, [rows * length])
        tensors.update(linear(f'{at}.self_attn.o_proj', width, heads * length, layer_kind, plain))
        if kind_of_type == 'gpt_oss':
            tensors[f'{at}.self_attn.o_proj.bias'] = (plain, [width])
            tensors[f'{at}.self_attn.sinks'] = (plain, [heads])
        if kind_of_type.startswith('qwen3'):
            tensors[f'{at}.self_attn.q_norm.weight'] = (plain, [length])
            tensors[f'{at}.self_attn.k_norm.weight'] = (plain, [length])
        tensors[f'{at}.post_attention_layernorm.weight'] = (plain, [width])
        if kind_of_type == 'gpt_oss':
            tensors.update(experts(f'{at}.mlp', c, kind))
            continue
        parts = [(f'{at}.mlp', c['intermediate_size'])]
        if 'num_experts' in c:
            tensors.update(linear(f'{at}.mlp.gate', c['num_experts'], width, 'bf16', plain))
            parts = [(f'{at}.mlp.experts.{e}', c['moe_intermediate_size']) for e in range(c['num_experts'])]
        for prefix, ffn in parts:
            tensors.update(linear(f'{prefix}.gate_proj', ffn, width, layer_kind, plain))
            tensors.update(linear(f'{prefix}.up_proj', ffn, width, layer_kind, plain))
            tensors.update(linear(f'{prefix}.down_proj', width, ffn, layer_kind, plain))
    tensors['model.norm.weight'] = (plain, [width])
    if not c['tie_word_embeddings']:
        tensors.update(linear('lm_head', c['vocab_size'], width, end_kind, plain))
    return tensors


def byte_count(dtype, shape):
    count = SIZES[dtype]
    for length in shape:
        count *= length
    return count


def write_file(path, tensors):
    """One .safetensors; returns the bytes of its data."""
    header, end = {'__metadata__': {'format': 'pt'}}, 0
    for name, (dtype, shape) in tensors.items():
        size = byte_count(dtype, shape)
        header[name] = {'dtype': dtype, 'shape': shape, 'data_offsets': [end, end + size]}
        end += size
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as out:
        out.write(struct.pack('<Q', len(text)) + text)
        out.truncate(8 + len(text) + end)
    return end


def write_folder(folder, c, kind, shards=1, weights=True):
    """Returns the bytes of all tensors."""
    os.makedirs(folder, exist_ok=True)
    c = dict(c)
    if kind in QUANTIZATION:
        c['quantization_config'] = QUANTIZATION[kind]
    if kind.startswith('mlx'):
        c['quantization'] = c['quantization_config'] = {'group_size': GROUP[kind], 'bits': int(kind[4])}
    with open(os.path.join(folder, 'config.json'), 'w', encoding='utf-8') as out:
        json.dump(c, out, indent=2)
    if not weights:
        return 0
    tensors = tensors_of(c, kind)
    if shards == 1:
        return write_file(os.path.join(folder, 'model.safetensors'), tensors)
    total = sum(byte_count(*tensor) for tensor in tensors.values())
    parts, taken, where = [{} for _ in range(shards)], 0, {}
    for name, tensor in tensors.items():
        part = min(taken * shards // total, shards - 1)
        parts[part][name] = tensor
        where[name] = f'model-{part + 1:05d}-of-{shards:05d}.safetensors'
        taken += byte_count(*tensor)
    for part, held in enumerate(parts):
        write_file(os.path.join(folder, f'model-{part + 1:05d}-of-{shards:05d}.safetensors'), held)
    with open(os.path.join(folder, 'model.safetensors.index.json'), 'w', encoding='utf-8') as out:
        json.dump({'metadata': {'total_size': total}, 'weight_map': where}, out)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', choices=MODELS)
    parser.add_argument('kind')
    parser.add_argument('folder')
    parser.add_argument('--shards', type=int, default=1)
    parser.add_argument('--no-weights', action='store_true', help='config.json alone')
    parser.add_argument('--set', action='append', default=[], metavar='KEY=JSON', help='null takes the key away')
    arguments = parser.parse_args()
    c = dict(MODELS[arguments.model])
    for setting in arguments.set:
        key, _, text = setting.partition('=')
        value = json.loads(text)
        if value is None:
            c.pop(key, None)
        else:
            c[key] = value
    print(write_folder(arguments.folder, c, arguments.kind, arguments.shards, not arguments.no_weights))


if __name__ == '__main__':
    sys.exit(main())
