// SPDX-License-Identifier: MIT
#include "formats/hf_tensors.hpp"

#include <algorithm>
#include <limits>

#include "formats/tensor_names_gguf.hpp"

namespace canirun::formats {
namespace {

std::uint32_t narrow(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

std::uint64_t product(const std::vector<std::uint64_t>& shape) {
  std::uint64_t out = 1;
  for (const std::uint64_t length : shape) {
    if (__builtin_mul_overflow(out, length, &out)) return std::numeric_limits<std::uint64_t>::max();
  }
  return out;
}

const LayerSpec* layer_of(const HfName& name, const ModelSpec& spec) {
  if (name.layer < 0 || static_cast<std::size_t>(name.layer) >= spec.layers.size()) return nullptr;
  return &spec.layers[static_cast<std::size_t>(name.layer)];
}

/// Some stacks of experts lie with inputs outermost: [experts, inputs, outputs].
std::vector<std::uint64_t> outputs_first(std::vector<std::uint64_t> shape, const HfName& name, const ModelSpec& spec) {
  if (shape.size() != 3 || name.gguf.find("_exps.weight") == std::string::npos) return shape;
  const std::uint64_t width = spec.embedding_length;
  const bool down = name.gguf.find("ffn_down_exps") != std::string::npos;
  const bool inputs_first = down ? shape[2] == width && shape[1] != width : shape[1] == width && shape[2] != width;
  if (inputs_first) std::swap(shape[1], shape[2]);
  return shape;
}

/// How long a row of a flattened matrix is: as many elements as go into it.
std::uint64_t row_length(const HfName& name, const ModelSpec& spec) {
  const TensorPlace place = place_of(name.gguf);
  const LayerSpec* layer = layer_of(name, spec);
  if (layer == nullptr) return spec.embedding_length;
  switch (place.role) {
    case TensorRole::attn_output:
      return std::uint64_t{layer->head_count} * (spec.mla ? spec.mla->value_length : layer->value_length);
    case TensorRole::ffn_down:
      return layer->feed_forward_length;
    case TensorRole::expert_down:
      return spec.moe ? spec.moe->expert_feed_forward_length : 0;
    case TensorRole::shared_down:
      return spec.moe ? spec.moe->shared_feed_forward_length : 0;
    case TensorRole::mla_q_b:
      return spec.mla ? spec.mla->q_lora_rank : 0;
    case TensorRole::mla_k_b:
    case TensorRole::mla_kv_b:
      return spec.mla ? spec.mla->kv_lora_rank : 0;
    case TensorRole::ssm_out:
      return spec.ssm ? spec.ssm->inner_size : 0;
    default:
      return spec.embedding_length;
  }
}

/// Row length first, ones within left out.
std::vector<std::uint64_t> ggml_shape(const HfName& name, const HfMatrix& matrix, const ModelSpec& spec) {
  if (matrix.flattened) {
    const std::uint64_t elements = product(matrix.shape);
    const std::uint64_t row = row_length(name, spec);
    if (row > 0 && elements % row == 0) return {row, elements / row};
    return {elements};
  }
  std::vector<std::uint64_t> shape = outputs_first(matrix.shape, name, spec);
  std::reverse(shape.begin(), shape.end());
  if (shape.empty()) shape.push_back(1);
  while (shape.size() > 2) {  // kernels of convolutions are [channels, 1, length]
    const auto one = std::find(shape.begin() + 1, shape.end() - 1, 1U);
    if (one == shape.end() - 1) break;
    shape.erase(one);
  }
  return shape;
}

std::string renamed(const std::string& name, std::string_view from, std::string_view to) {
  std::string out = name;
  if (const std::size_t at = out.find(from); at != std::string::npos) out.replace(at, from.size(), to);
  return out;
}

}  // namespace

void append_named(std::vector<NamedTensor>& out, const HfName& name, const HfMatrix& matrix, const ModelSpec& spec) {
  if (name.gguf.empty() || name.tower == HfTower::side) return;
  std::vector<std::uint64_t> shape = ggml_shape(name, matrix, spec);
  const std::size_t rows = shape.size() > 1 ? 1 : 0;  // vectors: the only dimension
  const LayerSpec* layer = layer_of(name, spec);
  switch (name.split) {
    case HfSplit::none:
      break;
    case HfSplit::gate_and_up:
      shape[rows] /= 2;
      out.push_back({renamed(name.gguf, "ffn_gate", "ffn_up"), shape, matrix.type});
      break;
    case HfSplit::keys_and_values:
      if (!spec.mla || layer == nullptr) return;
      out.push_back({renamed(name.gguf, "attn_k_b", "attn_v_b"),
                     {spec.mla->kv_lora_rank, spec.mla->value_length, layer->head_count},
                     matrix.type});
      shape = {spec.mla->nope_length, spec.mla->kv_lora_rank, layer->head_count};
      break;
    case HfSplit::queries_keys_values: {
      if (layer == nullptr) return;
      const std::uint64_t keys = std::uint64_t{layer->head_count_kv} * layer->key_length;
      shape[rows] = keys;
      out.push_back({renamed(name.gguf, "attn_q", "attn_k"), shape, matrix.type});
      out.push_back({renamed(name.gguf, "attn_q", "attn_v"), shape, matrix.type});
      shape[rows] = std::uint64_t{layer->head_count} * layer->key_length;
      break;
    }
    case HfSplit::states_and_gate: {
      if (!spec.ssm) return;
      const std::uint64_t gate = spec.ssm->inner_size;
      if (shape[rows] < gate) return;
      shape[rows] -= gate;
      std::vector<std::uint64_t> other = shape;
      other[rows] = gate;
      out.push_back({renamed(name.gguf, "attn_qkv", "attn_gate"), std::move(other), matrix.type});
      break;
    }
  }
  out.push_back({name.gguf, std::move(shape), matrix.type});
}

TensorRole stored_role(const HfName& name) {
  if (name.tower == HfTower::side || name.gguf.empty()) return TensorRole::other;
  if (name.tower == HfTower::next_token) return TensorRole::next_token_prediction;
  const TensorRole role = place_of(name.gguf).role;
  switch (name.split) {
    case HfSplit::gate_and_up:
      if (role == TensorRole::expert_gate) return TensorRole::expert_gate_up;
      return role == TensorRole::ffn_gate      ? TensorRole::ffn_up
             : role == TensorRole::shared_gate ? TensorRole::shared_up
                                               : role;
    case HfSplit::keys_and_values:
      return TensorRole::mla_kv_b;
    case HfSplit::queries_keys_values:
      return role == TensorRole::attn_q ? TensorRole::attn_qkv : role;
    default:
      return role;
  }
}

StoredTensor stored_tensor(const HfName& name, const HfMatrix& matrix, const ModelSpec& spec) {
  const std::vector<std::uint64_t> shape = ggml_shape(name, matrix, spec);
  std::uint64_t outer = 1;
  for (std::size_t i = 2; i < shape.size(); ++i) outer = narrow(outer * narrow(shape[i]));
  const bool plain = name.tower == HfTower::text || name.tower == HfTower::next_token;
  return {.role = stored_role(name),
          .layer = plain ? name.layer : -1,
          .type = matrix.type.value_or(TensorType::f32),
          .bytes = matrix.bytes,
          .ne0 = narrow(shape[0]),
          .ne1 = narrow(shape.size() > 1 ? shape[1] : 1),
          .ne2 = narrow(outer)};
}

void append_stored(std::vector<StoredTensor>& out, const StoredTensor& tensor) {
  const bool expert = tensor.role == TensorRole::expert_gate || tensor.role == TensorRole::expert_up ||
                      tensor.role == TensorRole::expert_down;
  // Experts of one layer follow each other, in any order of their three matrices, hardly ever across shards.
  constexpr std::size_t k_look_back = 32;
  for (std::size_t i = 0; expert && i < std::min(out.size(), k_look_back); ++i) {
    StoredTensor& earlier = out[out.size() - 1 - i];
    if (earlier.role != tensor.role || earlier.layer != tensor.layer || earlier.type != tensor.type ||
        earlier.ne0 != tensor.ne0 || earlier.ne1 != tensor.ne1) {
      continue;
    }
    if (earlier.ne2 > std::numeric_limits<std::uint32_t>::max() - tensor.ne2) break;
    earlier.ne2 += tensor.ne2;
    earlier.bytes += tensor.bytes;
    return;
  }
  out.push_back(tensor);
}

void apply_hf_tensors(ModelSpec& spec, const std::vector<NamedTensor>& tensors, bool known_family) {
  ModelSpec seen = spec;
  seen.vocab_size = 0;
  apply_tensors(seen, tensors);
  if (seen.vocab_size > 0) spec.vocab_size = seen.vocab_size;
  if (!known_family) {
    seen.vocab_size = spec.vocab_size;
    seen.rope_factor_count = spec.rope_factor_count;
    spec = std::move(seen);
    return;
  }
  // The converter decides how a known family is laid out; these it takes as they are.
  spec.tied_embeddings = seen.tied_embeddings;
  spec.qkv_bias = seen.qkv_bias;
  spec.output_bias = seen.output_bias;
  spec.ffn_bias = seen.ffn_bias;
  spec.norm_bias = seen.norm_bias;
  spec.head_bias = seen.head_bias;
  spec.attention_sinks = seen.attention_sinks;
  spec.query_gate = seen.query_gate;
  spec.attention_gate = seen.attention_gate;
  spec.head_gate = seen.head_gate;
  spec.qk_norm = seen.qk_norm;
  if (spec.next_token_layers > 0) {
    spec.next_token_layers = seen.next_token_layers;
    spec.next_token_embeddings = seen.next_token_embeddings;
  }
  if (spec.moe && seen.moe) {
    spec.moe->router_bias = seen.moe->router_bias;
    spec.moe->shared_gate = seen.moe->shared_gate;
  }
}

}  // namespace canirun::formats
