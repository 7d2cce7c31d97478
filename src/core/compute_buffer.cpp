// SPDX-License-Identifier: MIT
#include "core/compute_buffer.hpp"

#include <algorithm>

#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

/// Layers on several GPUs work in turn on several micro-batches when nothing is left to the CPU. Source: llama_context.
bool is_pipelined(const ModelSpec& model, const Sites& sites, const Layout& layout) {
  const bool capable = sites.backend == Backend::cuda || sites.backend == Backend::rocm || sites.backend == Backend::sycl ||
                       sites.backend == Backend::vulkan;
  return capable && sites.count > 2 && layout.gpu_layers == all_gpu_layers(model) && layout.expert_layers_on_cpu == 0;
}

}  // namespace

SiteBytes compute_buffers(const ModelSpec& model, const WeightTable& weights, const EngineSettings& settings,
                          const ContextShape& shape, const Sites& sites, const Layout& layout, bool coarse) {
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
  return GraphSchedule(graph, sites.count, is_pipelined(model, sites, layout)).run();
}

}  // namespace canirun
