// SPDX-License-Identifier: MIT
#include "core/compute_buffer.hpp"

#include <algorithm>

#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

/// mlx-lm reads a prompt in steps of the batch; alive at the worst moment are three rows of the widest feed-forward and
/// the logits, in half precision (derived from mlx-lm's code, not measured).
std::uint64_t mlx_scratch_bytes(const ModelSpec& model, const ContextShape& shape) {
  constexpr std::uint64_t k_half_bytes = 2;
  std::uint64_t widest = model.moe ? std::uint64_t{model.moe->expert_used_count} * model.moe->expert_feed_forward_length : 0;
  for (const LayerSpec& layer : model.layers) widest = std::max<std::uint64_t>(widest, layer.feed_forward_length);
  return (3 * widest + model.embedding_length) * shape.ubatch * k_half_bytes + model.vocab_size * k_half_bytes;
}

/// Layers on several GPUs work in turn on several micro-batches when nothing is left to the CPU. Source: llama_context.
bool is_pipelined(const ModelSpec& model, const EngineSettings& settings, const Sites& sites, const Layout& layout) {
  if (settings.split_mode != SplitMode::layer) return false;
  const bool capable = sites.backend == Backend::cuda || sites.backend == Backend::rocm || sites.backend == Backend::sycl ||
                       sites.backend == Backend::vulkan;
  return capable && sites.count > 2 && layout.gpu_layers == all_gpu_layers(model) && layout.expert_layers_on_cpu == 0;
}

}  // namespace

SiteBytes compute_buffers(const ModelSpec& model, const WeightTable& weights, const EngineSettings& settings,
                          const ContextShape& shape, const Sites& sites, const Layout& layout, bool coarse) {
  SiteBytes bytes{};
  if (settings.engine == Engine::vllm) return bytes;  // profiled activations are part of its overhead
  if (settings.engine == Engine::mlx) {
    bytes[layout.output_site] = mlx_scratch_bytes(model, shape);
    return bytes;
  }
  if (model.layers.empty() || weights.layers.size() < model.layers.size()) return bytes;
  ScratchGraph graph;
  graph.clear();
  const ForwardQuestion question{.model = model,
                                 .weights = weights,
                                 .settings = settings,
                                 .shape = shape,
                                 .sites = sites,
                                 .layout = layout,
                                 .coarse = coarse};
  ForwardRecorder(question, graph).record();
  return GraphSchedule(graph, sites.count, is_pipelined(model, settings, sites, layout)).run();
}

}  // namespace canirun
