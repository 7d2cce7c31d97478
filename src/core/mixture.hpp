// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/model.hpp>
#include <canirun/quant.hpp>
#include <cstddef>
#include <cstdint>

#include "core/tensors.hpp"

/// Which type a quant scheme gives a tensor. Source of the choices: src/llama-quant.cpp of llama.cpp v0.5.0.
namespace canirun {

/// Where a block stands in the counts that rules look at: one bit for each MixtureWhen that depends on the position.
struct MixturePlace {
  std::uint16_t attention = 0;     ///< among the tensors that count as attn_v
  std::uint16_t feed_forward = 0;  ///< among the feed-forward tensors (dense models) or the blocks (MoE)
  std::uint16_t shared_down = 0;   ///< the same for the shared experts' ffn_down, which is counted after the others'
  bool operator==(const MixturePlace&) const = default;
};

/// Walks the stored blocks in file order and counts as the quantizer does.
class MixtureCounter {
 public:
  explicit MixtureCounter(const ModelSpec& model);
  MixturePlace next(const LayerSpec& layer);

 private:
  [[nodiscard]] bool has_attn_v(const LayerSpec& layer) const;

  bool mla_ = false, fused_qkv_ = false, counts_blocks_ = false;
  std::uint32_t attn_v_count_ = 0, block_count_ = 0;
  std::uint32_t attn_v_ = 0, feed_forward_ = 0, block_ = 0, down_tensors_ = 0;
  bool shared_experts_ = false;
};

/// A scheme's rules, with everything already decided that the model alone decides.
class Mixture {
 public:
  Mixture(const ModelSpec& model, const QuantScheme& quant);
  [[nodiscard]] TensorType type_of(const TensorShape& shape, MixturePlace place) const;

 private:
  /// More rules than any scheme has; further ones are ignored (the schema forbids them).
  static constexpr std::size_t k_max_rules = 48;
  struct ActiveRule {
    TensorRole role = TensorRole::other;
    TensorType type = TensorType::f16;
    std::uint16_t positions = 0;  ///< bits of MixturePlace, one of which must be set; 0: everywhere
  };
  [[nodiscard]] TensorType mixed_type(const TensorShape& shape, MixturePlace place) const;

  std::array<ActiveRule, k_max_rules> rules_{};
  std::size_t rule_count_ = 0;
  TensorType base_ = TensorType::f16;
  std::optional<TensorType> expert_type_;
  bool gguf_ = true, tied_ = false;
};

}  // namespace canirun
