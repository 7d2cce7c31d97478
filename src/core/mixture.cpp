// SPDX-License-Identifier: MIT
#include "core/mixture.hpp"

namespace canirun {
namespace {

constexpr std::uint16_t bit(MixtureWhen when) { return static_cast<std::uint16_t>(1U << static_cast<unsigned>(when)); }

/// The layers that earn extra bits: the first and last eighth, and every third between.
bool earns_more_bits(std::uint32_t i, std::uint32_t n) { return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2; }

std::uint16_t position_bits(std::uint32_t i, std::uint32_t n) {
  std::uint16_t bits = 0;
  const auto set = [&bits](bool holds, MixtureWhen when) {
    if (holds) bits = static_cast<std::uint16_t>(bits | bit(when));
  };
  set(earns_more_bits(i, n), MixtureWhen::more_bits);
  set(i < 2, MixtureWhen::first_two);
  set(i < 4, MixtureWhen::first_four);
  set(i < n / 16, MixtureWhen::first_sixteenth);
  set(i < n / 8, MixtureWhen::first_eighth);
  set(i >= n / 8 && i < 7 * n / 8, MixtureWhen::middle_three_quarters);
  return bits;
}

/// Query heads a KV head as the header states it for the first block: 0 when that block has no attention.
std::uint32_t gqa_of(const ModelSpec& model) {
  if (model.layers.empty() || model.layers.front().head_count_kv == 0) return 0;
  return model.layers.front().head_count / model.layers.front().head_count_kv;
}

/// The engine calls these 70B and spends more on their small attn_v.
bool is_seventy_b(const ModelSpec& model) {
  if (model.layers.size() != 80) return false;
  const bool named = model.architecture == "llama" || model.architecture == "qwen2" || model.architecture == "deci";
  return named && (model.architecture != "llama" || gqa_of(model) > 1);
}

/// Decides what the model alone decides. Returns the position bits that remain to be checked, or nothing when the rule
/// never applies to this model.
std::optional<std::uint16_t> remaining_condition(MixtureWhen when, const ModelSpec& model) {
  constexpr std::uint16_t everywhere = 0;
  const std::uint32_t experts = model.moe ? model.moe->expert_count : 0;
  const auto unless_false = [](bool holds, std::uint16_t bits) { return holds ? std::optional(bits) : std::nullopt; };
  switch (when) {
    case MixtureWhen::always:
      return everywhere;
    case MixtureWhen::gqa_at_least_4:
      return unless_false(gqa_of(model) >= 4, everywhere);
    case MixtureWhen::gqa_below_4:
      return unless_false(gqa_of(model) < 4, everywhere);
    case MixtureWhen::gqa_or_experts_at_least_4:
      return unless_false(gqa_of(model) >= 4 || experts >= 4, everywhere);
    case MixtureWhen::eight_experts:
      return unless_false(experts == 8, everywhere);
    case MixtureWhen::eight_experts_more_bits:
      return unless_false(experts == 8, bit(MixtureWhen::more_bits));
    case MixtureWhen::seventy_b:
      return unless_false(is_seventy_b(model), everywhere);
    default:
      return bit(when);
  }
}

/// The broader role whose rules also cover this one.
TensorRole category(TensorRole role) {
  switch (role) {
    case TensorRole::attn_qkv:
    case TensorRole::mla_kv_b:
      return TensorRole::attn_v;
    case TensorRole::expert_down:
    case TensorRole::shared_down:
      return TensorRole::ffn_down;
    case TensorRole::expert_gate:
    case TensorRole::expert_gate_up:
    case TensorRole::shared_gate:
      return TensorRole::ffn_gate;
    case TensorRole::expert_up:
    case TensorRole::shared_up:
      return TensorRole::ffn_up;
    case TensorRole::per_layer_embedding:
      return TensorRole::token_embedding;
    default:
      return role;
  }
}

bool is_float(TensorType type) { return type == TensorType::f32 || type == TensorType::f16 || type == TensorType::bf16; }

/// Elements a row must be a multiple of. One group for the types whose traits() count two.
std::uint32_t row_quantum(TensorType type) { return type == TensorType::int4_g128 ? 128 : traits(type).block_elements; }

bool fits_rows(TensorType type, std::uint32_t row) { return row % row_quantum(type) == 0; }

/// What takes the place of a type whose blocks do not divide the row.
TensorType narrower_block(TensorType type) {
  switch (type) {
    case TensorType::iq1_s:
    case TensorType::iq1_m:
    case TensorType::iq2_xxs:
    case TensorType::iq2_xs:
    case TensorType::iq2_s:
    case TensorType::iq3_xxs:
    case TensorType::iq3_s:
    case TensorType::iq4_xs:
      return TensorType::iq4_nl;
    case TensorType::q2_k:
    case TensorType::q3_k:
    case TensorType::tq1_0:
    case TensorType::tq2_0:
      return TensorType::q4_0;
    case TensorType::q4_k:
      return TensorType::q5_0;
    case TensorType::q5_k:
      return TensorType::q5_1;
    case TensorType::q6_k:
      return TensorType::q8_0;
    default:
      return type;
  }
}

}  // namespace

MixtureCounter::MixtureCounter(const ModelSpec& model)
    : mla_(model.mla.has_value()),
      fused_qkv_(model.fused_qkv),
      counts_blocks_(model.moe && model.moe->expert_count > 1),
      block_count_(static_cast<std::uint32_t>(model.layers.size()) + model.next_token_layers),
      shared_experts_(model.moe && model.moe->shared_feed_forward_length > 0) {
  for (const LayerSpec& layer : model.layers) attn_v_count_ += has_attn_v(layer) ? 1U : 0U;
  if (!model.layers.empty() && has_attn_v(model.layers.back())) attn_v_count_ += model.next_token_layers;
}

bool MixtureCounter::has_attn_v(const LayerSpec& layer) const {
  switch (layer.attention) {
    case AttentionKind::full:
      return mla_ || fused_qkv_ || !layer.value_is_key;
    case AttentionKind::sliding_window:
    case AttentionKind::chunked:
    case AttentionKind::parallel_mamba2:
      return fused_qkv_ || !layer.value_is_key;
    case AttentionKind::gated_delta:
    case AttentionKind::kda:
      return true;
    default:
      return false;
  }
}

MixturePlace MixtureCounter::next(const LayerSpec& layer) {
  MixturePlace place{.attention = position_bits(attn_v_, attn_v_count_),
                     .feed_forward = position_bits(counts_blocks_ ? block_ : feed_forward_, block_count_)};
  place.shared_down = place.feed_forward;
  const auto count_down_tensor = [this](std::uint16_t& bits) {
    if (down_tensors_ < block_count_ / 8)
      bits = static_cast<std::uint16_t>(bits | bit(MixtureWhen::first_eighth_of_tensors));
    ++down_tensors_;
  };
  const bool experts = layer.feed_forward == FeedForwardKind::moe || layer.feed_forward == FeedForwardKind::moe_and_dense;
  if (layer.feed_forward != FeedForwardKind::none) count_down_tensor(place.feed_forward);
  if (layer.feed_forward == FeedForwardKind::moe_and_dense) ++down_tensors_;
  if (experts && shared_experts_) count_down_tensor(place.shared_down);

  if (has_attn_v(layer)) ++attn_v_;
  if (layer.feed_forward != FeedForwardKind::none) ++feed_forward_;
  ++block_;
  return place;
}

Mixture::Mixture(const ModelSpec& model, const QuantScheme& quant)
    : base_(quant.base),
      expert_type_(model.expert_type),
      gguf_(quant.format == QuantFormat::gguf),
      tied_(model.tied_embeddings) {
  for (const MixtureRule& rule : quant.rules) {
    const auto positions = remaining_condition(rule.when, model);
    if (positions && rule_count_ < k_max_rules)
      rules_.at(rule_count_++) = {.role = rule.role, .type = rule.type, .positions = *positions};
  }
}

TensorType Mixture::type_of(const TensorShape& shape, MixturePlace place) const {
  switch (shape.policy) {
    case TypePolicy::f32:
      return gguf_ ? TensorType::f32 : TensorType::bf16;
    case TypePolicy::half:
      return is_float(base_) ? base_ : TensorType::bf16;
    case TypePolicy::expert:
      return expert_type_ ? *expert_type_ : mixed_type(shape, place);
    case TypePolicy::mixture:
      break;
  }
  return mixed_type(shape, place);
}

TensorType Mixture::mixed_type(const TensorShape& shape, MixturePlace place) const {
  if (gguf_ && is_float(base_)) return base_;
  const bool embeds = category(shape.role) == TensorRole::token_embedding;
  const TensorRole role = tied_ && embeds && gguf_ ? TensorRole::output : shape.role;
  const TensorRole broad = category(role);
  const std::uint16_t here = broad == TensorRole::attn_v       ? place.attention
                             : role == TensorRole::shared_down ? place.shared_down
                                                               : place.feed_forward;

  TensorType type = base_;
  for (std::size_t i = rule_count_; i-- > 0;) {
    const ActiveRule& rule = rules_[i];
    if (rule.role != role && rule.role != broad) continue;
    if (rule.positions != 0 && (rule.positions & here) == 0) continue;
    type = rule.type;
    break;
  }
  if (!gguf_) return fits_rows(type, shape.ne0) ? type : TensorType::bf16;
  if (role == TensorRole::output && !fits_rows(base_, shape.ne0)) type = TensorType::q8_0;
  if (!fits_rows(type, shape.ne0)) type = narrower_block(type);
  return fits_rows(type, shape.ne0) ? type : TensorType::f16;
}

}  // namespace canirun
