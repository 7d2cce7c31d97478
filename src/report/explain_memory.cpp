// SPDX-License-Identifier: MIT
// Memory, opened: each part with its formula, its inputs and where the formula comes from.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>

#include "report/explain.hpp"
#include "report/numbers.hpp"
#include "report/phrases.hpp"

namespace canirun::report {
namespace {

void part(Page& page, std::string_view name, std::uint64_t bytes, std::string_view how) {
  if (bytes > 0) page.detail(name, fmt::format("{}: {}", format_binary_bytes(bytes), how));
}

std::string words_for(AttentionKind kind) {
  switch (kind) {
    case AttentionKind::sliding_window:
      return "with a sliding window";
    case AttentionKind::chunked:
      return "with chunked attention";
    case AttentionKind::mla:
      return "with latent attention (MLA)";
    default:
      return "with full attention";
  }
}

/// What one cell of a layer holds: "8 x 128 for K in f16 and 8 x 128 for V in f16".
std::string row_formula(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings) {
  if (layer.attention == AttentionKind::mla && model.mla) {
    return fmt::format("one row of {} + {} in {}", model.mla->kv_lora_rank, model.mla->rope_length,
                       name_of(settings.kv_type_k));
  }
  return fmt::format("{} x {} for K in {}, {} x {} for V in {}", layer.head_count_kv, layer.key_length,
                     name_of(settings.kv_type_k), layer.head_count_kv, layer.value_length, name_of(settings.kv_type_v));
}

/// Most models have one kind of cache, or two.
std::vector<std::string> cache_formulas(const Answer& answer) {
  constexpr std::size_t k_most_kinds = 4;
  const ModelSpec& model = answer.model;
  const EngineSettings& settings = answer.question.settings;
  const ContextShape shape = context_shape(settings, model);
  const std::vector<CacheKind> kinds = cache_kinds(model, settings);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < std::min(kinds.size(), k_most_kinds); ++i) {
    const CacheKind& kind = kinds[i];
    lines.push_back(fmt::format("{} layer{} {} x {} cells x {} bytes ({}){}", kind.layers, kind.layers == 1 ? "" : "s",
                                words_for(kind.layer->attention), kind.cells, kind.row_bytes,
                                row_formula(model, *kind.layer, settings),
                                shape.streams > 1 ? fmt::format(" x {} streams", shape.streams) : ""));
  }
  if (kinds.size() > k_most_kinds) lines.push_back(fmt::format("and {} kinds of layer more", kinds.size() - k_most_kinds));
  return lines;
}

std::string usable_reason(const MemoryPool& pool) {
  if (pool.limit_bytes && !pool.limit_reason.empty()) return pool.limit_reason;
  return pool.free_bytes ? "free right now" : "total, less what the system keeps";
}

/// "Q4_K 3.4 GiB, Q6_K 1.2": what the weights are stored in.
std::string types_phrase(const WeightTable& weights) {
  std::vector<std::pair<std::uint64_t, TensorType>> types;
  for (std::size_t i = 0; i < weights.bytes_by_type.size(); ++i) {
    if (weights.bytes_by_type[i] > 0) types.emplace_back(weights.bytes_by_type[i], static_cast<TensorType>(i));
  }
  std::sort(types.rbegin(), types.rend());
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(types.size(), 4); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", name_of(types[i].second), format_gib(types[i].first));
  }
  return text;
}

void explain_weights(Page& page, const Answer& answer) {
  const WeightTable& weights = answer.assessment.weights;
  std::string how = answer.model.stored
                        ? fmt::format("the {} tensors of the file", answer.model.stored->tensors.size())
                        : fmt::format("every tensor of {} ({} layers), each in the type {} gives it",
                                      answer.model.architecture, answer.model.layers.size(), answer.quant.id);
  if (const std::string types = types_phrase(weights); !types.empty())
    how += fmt::format("; read for each token: {} GiB", types);
  if (weights.output_is_tied) how += "; the output is a second copy of the embedding where it lies elsewhere";
  part(page, "weights", answer.assessment.placed.memory.parts.weights_bytes, how);
}

}  // namespace

void explain_memory(Page& page, const Answer& answer) {
  const PlacedMemory& placed = answer.assessment.placed;
  const MemoryParts& parts = placed.memory.parts;
  const EngineSettings& settings = answer.question.settings;
  const ContextShape shape = context_shape(settings, answer.model);
  explain_weights(page, answer);
  part(page, "CPU copy", parts.repacked_weights_bytes, "weights the CPU backend stores a second time in its own order");
  if (parts.kv_cache_bytes > 0) {
    std::vector<std::string> lines = cache_formulas(answer);
    lines.push_back(fmt::format("{} bytes more per further token", placed.memory.kv_bytes_per_token));
    lines.front() = fmt::format("{}: {}", format_binary_bytes(parts.kv_cache_bytes), lines.front());
    page.details("KV cache", lines);
  }
  part(page, "state", parts.recurrent_state_bytes,
       fmt::format("fixed size per sequence of the recurrent layers, f32, {} sequence{}", shape.sequences,
                   shape.sequences == 1 ? "" : "s"));
  part(page, "compute buffer", parts.compute_bytes,
       fmt::format("most that is alive at once in the graph of {} tokens, played through as the engine plans it; flash "
                   "attention {}",
                   shape.ubatch, settings.flash_attn ? "on" : "off"));
  part(page, "output buffer", parts.output_bytes,
       fmt::format("{} x {} logits, 4 bytes each (sequences x words)", shape.sequences, answer.model.vocab_size));
  part(page, "driver", parts.runtime_overhead_bytes,
       "context of the GPU runtime and the program itself, outside any buffer; measured on Ada, Hopper and Blackwell, else "
       "assumed");
  const MemoryKnowledge known = memory_knowledge(settings.engine);
  page.detail("basis", fmt::format("{}: {}", name_of(known.basis), known.source));
  page.detail("placement", placement_phrase(answer.machine, answer.model, placed.placement));
  for (const PoolMemory& used : placed.memory.pools) {
    if (used.pool >= answer.machine.pools.size() || used.used_bytes == 0) continue;
    const MemoryPool& pool = answer.machine.pools[used.pool];
    page.detail(pool.id, fmt::format("{} used ({}); {} usable of {} ({})", format_binary_bytes(used.used_bytes),
                                     parts_phrase(used.parts), format_binary_bytes(used.usable_bytes),
                                     format_binary_bytes(pool.total_bytes), usable_reason(pool)));
  }
}

}  // namespace canirun::report
