// SPDX-License-Identifier: MIT
// Keys and defaults: llama_model_base::load_hparams of llama.cpp.
#include "formats/gguf_spec.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "formats/gguf_windows.hpp"
#include "formats/tensor_names_gguf.hpp"

namespace canirun::formats {
namespace {

/// More blocks than any model has; llama.cpp takes 512.
constexpr std::uint32_t k_most_layers = 4096;

/// Earlier tokens a layer of RWKV remembers; all known ones remember two.
constexpr std::uint32_t k_most_shifts = 64;

/// What these keep of earlier tokens is not a cache of heads, nor a state that is modelled here.
constexpr std::array<std::string_view, 10> k_unmodelled{"arwkv7",    "deepseek4",       "dots3note",  "minimax-01",
                                                        "qwen4exp",  "rwkv6",           "rwkv6qwen2", "t5",
                                                        "t5encoder", "wavtokenizer-dec"};

/// Names that Ollama's converter gives to architectures of llama.cpp.
std::string usual_name(const std::string& architecture) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> k_names{
      {{"gptoss", "gpt-oss"}, {"olmo3", "olmo2"}, {"qwen25vl", "qwen2vl"}}};
  for (const auto& [name, usual] : k_names) {
    if (architecture == name) return std::string(usual);
  }
  return architecture;
}

tl::unexpected<Error> missing(const std::string& key) {
  return fail(ErrorKind::malformed, "expected the metadata key " + key + ", found none",
              "the file was made by an unusual converter, or is not a language model");
}

struct PerLayer {
  std::vector<std::uint32_t> head_count, head_count_kv;
};

Result<PerLayer> read_heads(const GgufMetadata& metadata, std::size_t layers) {
  PerLayer heads;
  auto queries = metadata.per_layer(metadata.own("attention.head_count"), layers);
  if (!queries) return tl::unexpected(std::move(queries).error());
  heads.head_count = queries->value_or(std::vector<std::uint32_t>(layers, 0));
  auto keys = metadata.per_layer(metadata.own("attention.head_count_kv"), layers);
  if (!keys) return tl::unexpected(std::move(keys).error());
  heads.head_count_kv = keys->value_or(heads.head_count);
  return heads;
}

void set_layers(ModelSpec& spec, const PerLayer& heads, const GgufMetadata& metadata) {
  const auto first = std::find_if(heads.head_count.begin(), heads.head_count.end(), [](auto count) { return count > 0; });
  const std::uint32_t head_length = first != heads.head_count.end() ? spec.embedding_length / *first : 0;
  const std::uint32_t key_length = metadata.count(metadata.own("attention.key_length")).value_or(head_length);
  const std::uint32_t value_length = metadata.count(metadata.own("attention.value_length")).value_or(head_length);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    LayerSpec& layer = spec.layers[i];
    layer.head_count = heads.head_count[i];
    layer.head_count_kv = heads.head_count_kv[i];
    layer.key_length = key_length;
    layer.value_length = value_length;
  }
}

Result<void> set_experts(ModelSpec& spec, const GgufMetadata& metadata) {
  const std::uint32_t count = metadata.count(metadata.own("expert_count")).value_or(0);
  const std::uint32_t used = metadata.largest(metadata.own("expert_used_count")).value_or(0);
  if (count == 0 && used == 0) return {};
  if (used > count) {
    return fail(ErrorKind::malformed, metadata.own("expert_used_count") + ": expected at most " + std::to_string(count) +
                                          " (expert_count), found " + std::to_string(used));
  }
  spec.moe = MoeSpec{.expert_count = count, .expert_used_count = used};
  spec.moe->expert_feed_forward_length = metadata.largest(metadata.own("expert_feed_forward_length")).value_or(0);
  return {};
}

void set_states(ModelSpec& spec, const GgufMetadata& metadata) {
  const auto size = [&](std::string_view key) { return metadata.count(metadata.own(key)).value_or(0); };
  if (const std::uint32_t head = size("wkv.head_size"); head > 0 && spec.architecture == "rwkv7") {
    // Between the two matrices of a low-rank pair: the widest of them.
    std::uint32_t rank = 0;
    for (const std::string_view of : {"decay", "iclr", "value_residual_mix", "gate"}) {
      rank = std::max(rank, size("attention." + std::string(of) + "_lora_rank"));
    }
    spec.ssm =
        SsmSpec{.conv_kernel = std::min(metadata.count(metadata.own("token_shift_count")).value_or(2), k_most_shifts) + 1,
                .inner_size = spec.embedding_length,
                .state_size = head,
                .group_count = rank,
                .time_step_rank = spec.embedding_length / head};
  }
  if (size("ssm.state_size") > 0 || size("ssm.inner_size") > 0) {
    spec.ssm = SsmSpec{.conv_kernel = size("ssm.conv_kernel"),
                       .inner_size = size("ssm.inner_size"),
                       .state_size = size("ssm.state_size"),
                       .group_count = size("ssm.group_count"),
                       .time_step_rank = size("ssm.time_step_rank")};
  }
  if (const std::uint32_t rank = size("attention.kv_lora_rank"); rank > 0) {
    spec.mla = MlaSpec{.kv_lora_rank = rank};
  }
}

bool caches_heads(AttentionKind kind) {
  return kind == AttentionKind::full || kind == AttentionKind::sliding_window || kind == AttentionKind::chunked ||
         kind == AttentionKind::mla || kind == AttentionKind::parallel_mamba2;
}
bool keeps_sized_state(AttentionKind kind) {
  return kind == AttentionKind::mamba || kind == AttentionKind::mamba2 || kind == AttentionKind::parallel_mamba2 ||
         kind == AttentionKind::gated_delta || kind == AttentionKind::wkv;
}

/// What the tensors turned out to need.
Result<void> check_layers(const ModelSpec& spec, const GgufMetadata& metadata) {
  for (const LayerSpec& layer : spec.layers) {
    if (caches_heads(layer.attention)) {
      if (layer.head_count == 0) return missing(metadata.own("attention.head_count"));
      if (layer.head_count_kv == 0 || layer.key_length == 0) return missing(metadata.own("attention.head_count_kv"));
    }
    if (keeps_sized_state(layer.attention) && !spec.ssm) return missing(metadata.own("ssm.state_size"));
  }
  if (spec.moe && spec.moe->expert_used_count == 0) return missing(metadata.own("expert_used_count"));
  return {};
}

/// Of sparse attention: how many tokens, or blocks of them, its indexer lets through, and which layers have one. Where the
/// file does not tell, GLM 5.2 (known by its context) has one in layers 0 and 1 and every fourth from the third on.
/// Source: models/glm-dsa.cpp.
Result<void> set_indexers(ModelSpec& spec, const GgufMetadata& metadata) {
  constexpr std::uint32_t k_glm_5_2_context = 1048576;
  const std::uint32_t top = metadata.count(metadata.own("attention.indexer.top_k")).value_or(0);
  if (spec.mla) spec.mla->indexer_top_k = top;
  if (spec.block_indexer) {
    spec.block_indexer->top_blocks = top;
    spec.block_indexer->block_length = metadata.count(metadata.own("attention.indexer.block_size")).value_or(0);
    if (spec.block_indexer->block_length == 0) return missing(metadata.own("attention.indexer.block_size"));
  }
  if (spec.architecture != "glm-dsa") return {};
  const auto types = metadata.per_layer(metadata.own("attention.indexer.types"), spec.layers.size());
  if (!types) return tl::unexpected(types.error());
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    const bool picks = spec.context_limit_tokens < k_glm_5_2_context || i < 2 || i % 4 == 2;
    spec.layers[i].indexes = *types ? (**types)[i] != 0 : picks;
  }
  return {};
}

/// A list of tensors that ends before the last block is not the whole model.
Result<void> check_blocks(const ModelSpec& spec, const std::vector<NamedTensor>& tensors) {
  std::int64_t last = -1;
  for (const NamedTensor& tensor : tensors) last = std::max<std::int64_t>(last, place_of(tensor.name).layer);
  if (last < 0 || static_cast<std::size_t>(last) + 1 >= spec.layers.size()) return {};
  return fail(ErrorKind::malformed, "expected tensors of " + std::to_string(spec.layers.size()) +
                                        " blocks, found none after block " + std::to_string(last));
}

bool has_no_mixing(const ModelSpec& spec) {
  return std::all_of(spec.layers.begin(), spec.layers.end(),
                     [](const LayerSpec& layer) { return layer.attention == AttentionKind::none; });
}

}  // namespace

Result<ModelSpec> spec_from_gguf(const GgufMetadata& metadata, const std::vector<NamedTensor>& tensors,
                                 std::vector<std::string>& notes) {
  ModelSpec spec;
  spec.architecture = usual_name(metadata.architecture());
  if (spec.architecture.empty()) return missing("general.architecture");
  spec.context_limit_tokens = metadata.count(metadata.own("context_length")).value_or(0);
  spec.embedding_length = metadata.count(metadata.own("embedding_length")).value_or(0);
  const std::optional<std::uint32_t> blocks = metadata.count(metadata.own("block_count"));
  if (!blocks) return missing(metadata.own("block_count"));
  if (*blocks == 0 || *blocks > k_most_layers) {
    return fail(ErrorKind::malformed, metadata.own("block_count") + ": expected 1 to " + std::to_string(k_most_layers) +
                                          ", found " + std::to_string(*blocks));
  }
  if (spec.embedding_length == 0) return missing(metadata.own("embedding_length"));
  const std::uint32_t predicting = metadata.count(metadata.own("nextn_predict_layers")).value_or(0);
  spec.layers.resize(*blocks - std::min(predicting, *blocks - 1));

  // What the metadata says, then what the tensors correct.
  const Result<PerLayer> heads = read_heads(metadata, spec.layers.size());
  if (!heads) return tl::unexpected(heads.error());
  set_layers(spec, *heads, metadata);
  if (auto experts = set_experts(spec, metadata); !experts) return tl::unexpected(std::move(experts).error());
  set_states(spec, metadata);
  apply_windows(spec, metadata);
  apply_tensors(spec, tensors);
  if (auto indexers = set_indexers(spec, metadata); !indexers) return tl::unexpected(std::move(indexers).error());

  const bool unmodelled = std::find(k_unmodelled.begin(), k_unmodelled.end(), spec.architecture) != k_unmodelled.end();
  if (unmodelled || has_no_mixing(spec)) {
    spec.layers.clear();
    notes.push_back("What " + spec.architecture +
                    " keeps of earlier tokens is not modelled: memory beyond the weights is unknown.");
    return spec;
  }
  if (auto blocks_there = check_blocks(spec, tensors); !blocks_there) return tl::unexpected(std::move(blocks_there).error());
  if (auto complete = check_layers(spec, metadata); !complete) return tl::unexpected(std::move(complete).error());
  if (!is_known_architecture(spec.architecture)) {
    notes.push_back("The architecture " + spec.architecture +
                    " is not one that llama.cpp knew when this was built: it is taken for what its tensors look like.");
  }
  if (metadata.flag(metadata.own("attention.causal")) == false) {
    notes.emplace_back(
        "Its attention is not causal (an embedding or diffusion model): figures for writing token by token do not apply.");
  }
  return spec;
}

}  // namespace canirun::formats
