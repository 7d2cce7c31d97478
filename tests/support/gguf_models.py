# SPDX-License-Identifier: MIT
"""What real models consist of: the metadata and tensors their converter writes, one function an architecture. Dimensions
are the published ones of the models named; tensors of type None get the type a file is asked for."""
from gguf_file import Tensor


class Model:
    """Metadata and tensors, as they come together."""

    def __init__(self, arch, name, layers, context, width, vocab, **keys):
        self.arch, self.layers, self.width, self.vocab = arch, layers, width, vocab
        self.metadata, self.tensors = {}, []
        self.metadata = {'general.architecture': arch, 'general.type': 'model', 'general.name': name}
        self.keys(block_count=layers, context_length=context, embedding_length=width, **keys)

    def keys(self, **values):
        """`a__b=1` is the entry "ARCH.a.b"."""
        for key, value in values.items():
            self.metadata[f"{self.arch}.{key.replace('__', '.')}"] = value

    def heads(self, count, kv, length=None, value=None):
        self.count, self.kv, self.length, self.value = count, kv, length or self.width // count, value or length
        self.keys(attention__head_count=count, attention__head_count_kv=kv)
        if length:
            self.keys(attention__key_length=length, attention__value_length=value or length)
        return self

    def add(self, name, *shape, type=None):
        self.tensors.append(Tensor(name, shape, type))

    def vector(self, name, *shape):
        self.add(name, *(shape or (self.width,)), type='f32')

    def ends(self, tied=False, bias=False):
        self.add('token_embd.weight', self.width, self.vocab)
        self.vector('output_norm.weight')
        if bias:
            self.vector('output_norm.bias')
        if not tied:
            self.add('output.weight', self.width, self.vocab)

    def norms(self, i, *names, bias=False):
        for name in names:
            self.vector(f'blk.{i}.{name}.weight')
            if bias:
                self.vector(f'blk.{i}.{name}.bias')

    def attention(self, i, bias=False, output_bias=False, qk_norm=None, query_gate=False, kv=None):
        kv = self.kv if kv is None else kv
        query = self.count * self.length
        sizes = {'q': query * (2 if query_gate else 1), 'k': kv * self.length, 'v': kv * self.length}
        for letter, size in sizes.items():
            self.add(f'blk.{i}.attn_{letter}.weight', self.width, size)
            if bias:
                self.vector(f'blk.{i}.attn_{letter}.bias', size)
        self.add(f'blk.{i}.attn_output.weight', query, self.width)
        if output_bias:
            self.vector(f'blk.{i}.attn_output.bias')
        if qk_norm:
            lengths = {'per_head': ((self.length,), (self.length,)),
                       'all_heads': ((self.length, self.count), (self.length, kv))}[qk_norm]
            self.vector(f'blk.{i}.attn_q_norm.weight', *lengths[0])
            self.vector(f'blk.{i}.attn_k_norm.weight', *lengths[1])

    def ffn(self, i, length, gated=True, bias=False):
        for name, shape in (('gate', (self.width, length)), ('up', (self.width, length)), ('down', (length, self.width))):
            if name == 'gate' and not gated:
                continue
            self.add(f'blk.{i}.ffn_{name}.weight', *shape)
            if bias:
                self.vector(f'blk.{i}.ffn_{name}.bias', shape[1])

    def experts(self, i, count, length, shared=0, type=None, bias=False):
        self.vector(f'blk.{i}.ffn_gate_inp.weight', self.width, count)
        for name, shape in (('gate', (self.width, length)), ('up', (self.width, length)), ('down', (length, self.width))):
            self.add(f'blk.{i}.ffn_{name}_exps.weight', *shape, count, type=type)
            if bias:
                self.vector(f'blk.{i}.ffn_{name}_exps.bias', shape[1], count)
        if bias:
            self.vector(f'blk.{i}.ffn_gate_inp.bias', count)
        if shared:
            self.add(f'blk.{i}.ffn_gate_shexp.weight', self.width, shared)
            self.add(f'blk.{i}.ffn_up_shexp.weight', self.width, shared)
            self.add(f'blk.{i}.ffn_down_shexp.weight', shared, self.width)

    def ssm(self, inner, state, heads, groups=1, kernel=4):
        self.inner, self.state, self.ssm_heads, self.groups, self.kernel = inner, state, heads, groups, kernel
        self.keys(ssm__conv_kernel=kernel, ssm__inner_size=inner, ssm__state_size=state, ssm__time_step_rank=heads,
                  ssm__group_count=groups)
        return self

    def mamba2(self, i):
        convolved = self.inner + 2 * self.groups * self.state
        self.add(f'blk.{i}.ssm_in.weight', self.width, self.inner + convolved + self.ssm_heads)
        self.vector(f'blk.{i}.ssm_conv1d.weight', self.kernel, convolved)
        self.vector(f'blk.{i}.ssm_conv1d.bias', convolved)
        self.vector(f'blk.{i}.ssm_dt.bias', self.ssm_heads)
        self.vector(f'blk.{i}.ssm_a', 1, self.ssm_heads)
        self.vector(f'blk.{i}.ssm_d', 1, self.ssm_heads)
        self.vector(f'blk.{i}.ssm_norm.weight', self.inner // self.groups, self.groups)
        self.add(f'blk.{i}.ssm_out.weight', self.inner, self.width)


def plain(arch, name, layers, context, width, ffn, count, kv, vocab, length=None, tied=False, base=10000.0,
          rope_factors=0, eps='attention__layer_norm_rms_epsilon', **keys):
    """Llama and its many relatives: attention, then a gated FFN."""
    block = {key: keys.pop(key) for key in ('bias', 'qk_norm') if key in keys}
    names = keys.pop('norms', ('attn_norm', 'ffn_norm'))
    model = Model(arch, name, layers, context, width, vocab, feed_forward_length=ffn, rope__freq_base=base,
                  vocab_size=vocab, **{eps: 1e-5}, **keys).heads(count, kv, length)
    model.keys(rope__dimension_count=model.length)
    model.ends(tied)
    if rope_factors:
        model.vector('rope_freqs.weight', rope_factors)
    for i in range(layers):
        model.norms(i, *names)
        model.attention(i, **block)
        model.ffn(i, ffn)
    return model


def mixture(arch, name, layers, context, width, ffn, expert_ffn, experts, used, count, kv, vocab, length, qk_norm=None):
    keys = {'expert_feed_forward_length': expert_ffn} if expert_ffn else {}
    model = Model(arch, name, layers, context, width, vocab, feed_forward_length=ffn, expert_count=experts,
                  expert_used_count=used, rope__freq_base=1e6, attention__layer_norm_rms_epsilon=1e-6, vocab_size=vocab,
                  rope__dimension_count=length, **keys).heads(count, kv, length)
    model.ends()
    for i in range(layers):
        model.norms(i, 'attn_norm', 'ffn_norm')
        model.attention(i, qk_norm=qk_norm)
        model.experts(i, experts, expert_ffn or ffn)
    return model


def gemma(arch, name, layers, context, width, ffn, count, kv, vocab, length, window, qk_norm=None, base=10000.0):
    extra = {} if arch == 'gemma3' else {'attn_logit_softcapping': 50.0, 'final_logit_softcapping': 30.0}
    return plain(arch, name, layers, context, width, ffn, count, kv, vocab, length, tied=True, base=base, qk_norm=qk_norm,
                 norms=('attn_norm', 'ffn_norm', 'post_attention_norm', 'post_ffw_norm'),
                 attention__sliding_window=window, **extra)


def phi3(name, layers, context, width, ffn, count, kv, vocab, factors=0, tied=False, window=None):
    model = Model('phi3', name, layers, context, width, vocab, feed_forward_length=ffn, rope__freq_base=10000.0,
                  attention__layer_norm_rms_epsilon=1e-5, vocab_size=vocab).heads(count, kv)
    model.keys(rope__dimension_count=2 * factors or model.length)
    if window is not None:
        model.keys(attention__sliding_window=window)
    model.ends(tied)
    if factors:
        model.keys(rope__scaling__original_context_length=4096, rope__scaling__attn_factor=1.19)
        model.vector('rope_factors_long.weight', factors)
        model.vector('rope_factors_short.weight', factors)
    for i in range(layers):
        model.norms(i, 'attn_norm', 'ffn_norm')
        model.add(f'blk.{i}.attn_qkv.weight', width, (count + 2 * kv) * model.length)
        model.add(f'blk.{i}.attn_output.weight', count * model.length, width)
        model.add(f'blk.{i}.ffn_up.weight', width, 2 * ffn)
        model.add(f'blk.{i}.ffn_down.weight', ffn, width)
    return model


def starcoder2(name, layers, context, width, ffn, count, kv, vocab):
    model = Model('starcoder2', name, layers, context, width, vocab, feed_forward_length=ffn, rope__freq_base=1e6,
                  attention__layer_norm_epsilon=1e-5, vocab_size=vocab).heads(count, kv)
    model.ends(tied=True, bias=True)
    for i in range(layers):
        model.norms(i, 'attn_norm', 'ffn_norm', bias=True)
        model.attention(i, bias=True, output_bias=True)
        model.ffn(i, ffn, gated=False, bias=True)
    return model


def command_r(name, layers, width, ffn, count, kv, vocab=256000, qk_norm=None):
    return plain('command-r', name, layers, 131072, width, ffn, count, kv, vocab, tied=True, base=4e6, norms=('attn_norm',),
                 eps='attention__layer_norm_epsilon', qk_norm=qk_norm, logit_scale=0.0625, rope__scaling__type='none')


def deepseek2(name, layers, context, width, ffn, expert_ffn, experts, used, shared, leading, count, vocab, query_rank=0,
              split=True, router_bias=False, rank=512, rope=64, nope=128, value=128):
    """`split`: the layout since 2025 with k_b and v_b apart; before it was one kv_b and a cache of full heads."""
    model = Model('deepseek2', name, layers, context, width, vocab, feed_forward_length=ffn, vocab_size=vocab,
                  attention__head_count=count, attention__head_count_kv=1 if split else count,
                  attention__layer_norm_rms_epsilon=1e-6, attention__kv_lora_rank=rank, rope__dimension_count=rope,
                  rope__freq_base=10000.0, leading_dense_block_count=leading, expert_count=experts, expert_used_count=used,
                  expert_shared_count=shared, expert_feed_forward_length=expert_ffn, expert_weights_scale=1.0)
    if split:
        model.keys(attention__key_length=rank + rope, attention__value_length=rank,
                   attention__key_length_mla=nope + rope, attention__value_length_mla=value)
    else:
        model.keys(attention__key_length=nope + rope, attention__value_length=value)
    if query_rank:
        model.keys(attention__q_lora_rank=query_rank, expert_gating_func=2)
    model.ends()
    for i in range(layers):
        model.norms(i, 'attn_norm', 'ffn_norm')
        if query_rank:
            model.add(f'blk.{i}.attn_q_a.weight', width, query_rank)
            model.vector(f'blk.{i}.attn_q_a_norm.weight', query_rank)
            model.add(f'blk.{i}.attn_q_b.weight', query_rank, count * (nope + rope))
        else:
            model.add(f'blk.{i}.attn_q.weight', width, count * (nope + rope))
        model.add(f'blk.{i}.attn_kv_a_mqa.weight', width, rank + rope)
        model.vector(f'blk.{i}.attn_kv_a_norm.weight', rank)
        if split:
            model.add(f'blk.{i}.attn_k_b.weight', nope, rank, count)
            model.add(f'blk.{i}.attn_v_b.weight', rank, value, count)
        else:
            model.add(f'blk.{i}.attn_kv_b.weight', rank, count * (nope + value))
        model.add(f'blk.{i}.attn_output.weight', count * value, width)
        if i < leading:
            model.ffn(i, ffn)
            continue
        model.experts(i, experts, expert_ffn, shared * expert_ffn)
        if router_bias:
            model.vector(f'blk.{i}.exp_probs_b.bias', experts)
    return model


def gpt_oss(name, layers, experts):
    model = Model('gpt-oss', name, layers, 131072, 2880, 201088, feed_forward_length=2880, expert_feed_forward_length=2880,
                  expert_count=experts, expert_used_count=4, attention__sliding_window=128, rope__freq_base=150000.0,
                  rope__scaling__type='yarn', rope__scaling__factor=32.0, rope__scaling__original_context_length=4096,
                  attention__layer_norm_rms_epsilon=1e-5).heads(64, 8, 64)
    model.ends()
    for i in range(layers):
        model.norms(i, 'attn_norm', 'post_attention_norm')
        model.attention(i, bias=True, output_bias=True)
        model.vector(f'blk.{i}.attn_sinks.weight', 64)
        model.experts(i, experts, 2880, type='mxfp4', bias=True)
    return model


def qwen3next(name, layers, context, width, count, kv, length, vocab, experts, used, expert_ffn, shared, key_heads,
              value_heads, state=128):
    """Three layers of the gated delta rule, then one of attention."""
    model = Model('qwen3next', name, layers, context, width, vocab, feed_forward_length=5120, rope__freq_base=1e7,
                  rope__dimension_count=length // 4, attention__layer_norm_rms_epsilon=1e-6, full_attention_interval=4,
                  expert_count=experts, expert_used_count=used, expert_feed_forward_length=expert_ffn,
                  expert_shared_feed_forward_length=shared).heads(count, kv, length)
    values, keys = value_heads * state, key_heads * state
    model.ssm(values, state, value_heads, key_heads)
    model.ends()
    for i in range(layers):
        model.norms(i, 'attn_norm', 'post_attention_norm')
        if (i + 1) % 4 == 0:
            model.attention(i, qk_norm='per_head', query_gate=True)
        else:
            model.add(f'blk.{i}.attn_qkv.weight', width, 2 * keys + values)
            model.add(f'blk.{i}.attn_gate.weight', width, values)
            model.vector(f'blk.{i}.ssm_conv1d.weight', 4, 2 * keys + values)
            model.vector(f'blk.{i}.ssm_dt.bias', value_heads)
            model.vector(f'blk.{i}.ssm_a', value_heads)
            model.add(f'blk.{i}.ssm_ba.weight', width, 2 * value_heads)
            model.vector(f'blk.{i}.ssm_norm.weight', state)
            model.add(f'blk.{i}.ssm_out.weight', values, width)
        model.experts(i, experts, expert_ffn, shared)
        model.vector(f'blk.{i}.ffn_gate_inp_shexp.weight')
    return model


def granite_hybrid(name, layers, width, ffn, count, kv, vocab, heads, experts=0, used=0, shared=0):
    attending = [i % 10 == 5 for i in range(layers)]
    model = Model('granitehybrid', name, layers, 131072, width, vocab, feed_forward_length=ffn, vocab_size=vocab,
                  attention__layer_norm_rms_epsilon=1e-5, expert_count=experts, expert_used_count=used, logit_scale=6.0,
                  rope__dimension_count=width // count).heads(count, kv).ssm(2 * width, 128, heads)
    model.keys(attention__head_count_kv=[kv if attends else 0 for attends in attending])
    if shared:
        model.keys(expert_shared_feed_forward_length=shared)
    model.ends(tied=True)
    for i in range(layers):
        model.norms(i, 'attn_norm', 'ffn_norm')
        if attending[i]:
            model.attention(i)
        else:
            model.mamba2(i)
        if experts:
            model.experts(i, experts, ffn, shared)
        else:
            model.ffn(i, ffn)
    return model


def mamba2(name, layers, width, vocab, groups):
    model = Model('mamba2', name, layers, 1 << 20, width, vocab, feed_forward_length=0, attention__head_count=0,
                  attention__layer_norm_rms_epsilon=1e-5).ssm(2 * width, 128, 2 * width // 64, groups)
    model.ends()
    for i in range(layers):
        model.norms(i, 'attn_norm')
        model.mamba2(i)
    return model


def mamba(name, layers, width, vocab, rank, state=16):
    inner = 2 * width
    model = Model('mamba', name, layers, 1 << 20, width, vocab, feed_forward_length=0, attention__head_count=0,
                  attention__layer_norm_rms_epsilon=1e-5, ssm__conv_kernel=4, ssm__inner_size=inner, ssm__state_size=state,
                  ssm__time_step_rank=rank, ssm__dt_b_c_rms=False)
    model.ends(tied=True)
    for i in range(layers):
        model.norms(i, 'attn_norm')
        model.add(f'blk.{i}.ssm_in.weight', width, 2 * inner)
        model.vector(f'blk.{i}.ssm_conv1d.weight', 4, inner)
        model.vector(f'blk.{i}.ssm_conv1d.bias', inner)
        model.add(f'blk.{i}.ssm_x.weight', inner, rank + 2 * state)
        model.add(f'blk.{i}.ssm_dt.weight', rank, inner)
        model.vector(f'blk.{i}.ssm_dt.bias', inner)
        model.vector(f'blk.{i}.ssm_a', state, inner)
        model.vector(f'blk.{i}.ssm_d', inner)
        model.add(f'blk.{i}.ssm_out.weight', inner, width)
    return model


def falcon_h1(name, layers, context, width, ffn, count, kv, length, vocab, inner, heads, state):
    model = Model('falcon-h1', name, layers, context, width, vocab, feed_forward_length=ffn, rope__freq_base=1e11,
                  attention__layer_norm_rms_epsilon=1e-5, vocab_size=vocab, rope__dimension_count=length)
    model.heads(count, kv, length).ssm(inner, state, heads)
    model.ends()
    for i in range(layers):
        model.norms(i, 'attn_norm')
        model.vector(f'blk.{i}.ffn_norm')  # this architecture's only tensor without a suffix
        model.mamba2(i)
        model.attention(i)
        model.ffn(i, ffn)
    return model


def glm4moe(name, layers, width, ffn, expert_ffn, experts, used, leading, count, kv, length, vocab, qk_norm=None):
    """The last block predicts a further token; it brings its own embedding and output matrix."""
    model = Model('glm4moe', name, layers + 1, 131072, width, vocab, feed_forward_length=ffn, expert_count=experts,
                  expert_used_count=used, expert_feed_forward_length=expert_ffn, expert_shared_count=1,
                  leading_dense_block_count=leading, nextn_predict_layers=1, rope__dimension_count=length // 2,
                  rope__freq_base=1e6, attention__layer_norm_rms_epsilon=1e-5, expert_gating_func=2, expert_weights_scale=1.0,
                  vocab_size=vocab).heads(count, kv, length)
    model.ends()
    for i in range(layers + 1):
        model.norms(i, 'attn_norm', 'post_attention_norm')
        model.attention(i, bias=True, qk_norm=qk_norm)
        if i < leading:
            model.ffn(i, ffn)
        else:
            model.experts(i, experts, expert_ffn, expert_ffn)
            model.vector(f'blk.{i}.exp_probs_b.bias', experts)
    i = layers
    model.add(f'blk.{i}.nextn.eh_proj.weight', 2 * width, width)
    model.add(f'blk.{i}.nextn.embed_tokens.weight', width, vocab)
    model.add(f'blk.{i}.nextn.shared_head_head.weight', width, vocab)
    for part in ('enorm', 'hnorm', 'shared_head_norm'):
        model.vector(f'blk.{i}.nextn.{part}.weight')
    return model


def adapter(base, rank=16, targets=('attn_q', 'attn_k', 'attn_v', 'attn_output')):
    """A LoRA of `base`: two narrow matrices for each one that it changes."""
    model = Model(base.arch, base.metadata['general.name'] + ' adapter', base.layers, 131072, base.width, base.vocab)
    model.metadata = {'general.architecture': base.arch, 'general.type': 'adapter', 'adapter.type': 'lora',
                      'general.name': base.metadata['general.name'] + ' adapter', 'adapter.lora.alpha': 32.0}
    for tensor in base.tensors:
        if any(tensor.name.endswith(f'.{target}.weight') for target in targets):
            model.add(f'{tensor.name}.lora_a', tensor.shape[0], rank, type='f32')
            model.add(f'{tensor.name}.lora_b', rank, tensor.shape[1], type='f32')
    return model


def projector(name, layers, width, ffn, count, out):
    """A vision tower and what joins it to the language model."""
    model = Model('clip', name, layers, 0, width, 0)
    model.metadata = {'general.architecture': 'clip', 'general.type': 'mmproj', 'general.name': name,
                      'clip.has_vision_encoder': True, 'clip.projector_type': 'gemma3', 'clip.vision.block_count': layers,
                      'clip.vision.embedding_length': width, 'clip.vision.feed_forward_length': ffn,
                      'clip.vision.attention.head_count': count, 'clip.vision.image_size': 896,
                      'clip.vision.patch_size': 14, 'clip.vision.projection_dim': out, 'clip.use_gelu': True,
                      'clip.vision.attention.layer_norm_epsilon': 1e-6, 'clip.vision.image_mean': [0.5, 0.5, 0.5],
                      'clip.vision.image_std': [0.5, 0.5, 0.5]}
    model.add('mm.input_projection.weight', out, width)
    model.vector('v.patch_embd.weight', 14, 14, 3, width)
    for i in range(layers):
        for part in ('attn_q', 'attn_k', 'attn_v', 'attn_out'):
            model.add(f'v.blk.{i}.{part}.weight', width, width)
            model.vector(f'v.blk.{i}.{part}.bias', width)
        model.add(f'v.blk.{i}.ffn_up.weight', width, ffn)
        model.add(f'v.blk.{i}.ffn_down.weight', ffn, width)
    return model
