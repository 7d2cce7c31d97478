// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/memory.hpp>
#include <canirun/placement.hpp>
#include <canirun/tensor_parallel.hpp>

#include "core/compute_buffer.hpp"
#include "core/kv_cache.hpp"
#include "core/overhead.hpp"
#include "core/site_memory.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_logit_bytes = 4;

/// The CPU backend repacks only where it is alone: with a GPU runtime loaded, host weights go to plain mapped memory.
bool repacks(const MemoryQuestion& question) {
  const bool llama = question.settings.engine != Engine::vllm && question.settings.engine != Engine::mlx;
  const CpuIsa isa = question.machine.cpu.isa;
  const bool has_kernels = isa != CpuIsa::scalar && isa != CpuIsa::avx && isa != CpuIsa::neon;
  return llama && question.settings.repack && !question.sites.has_gpu() && has_kernels;
}

/// vLLM cuts every matrix and every cache by heads; what has fewer heads than there are GPUs is on several of them, and
/// the one row of latent attention on all.
void add_sharded(const MemoryQuestion& question, std::uint32_t gpus, SiteMemory& memory) {
  const auto share = [](std::uint64_t bytes, std::uint32_t parts) { return (bytes + parts - 1) / parts; };
  for (std::uint32_t site = 1; site <= gpus; ++site) {
    for (const LayerWeights& weights : question.weights->layers) memory[site].weights_bytes += share(weights.total(), gpus);
    for (std::size_t i = 0; i < question.caches.size(); ++i) {
      const LayerSpec& layer = question.model.layers[i];
      const std::uint32_t heads = layer.attention == AttentionKind::mla ? 1U : std::max(1U, layer.head_count_kv);
      memory[site].kv_cache_bytes += share(question.caches[i].kv_bytes, std::min(gpus, heads));
      memory[site].recurrent_state_bytes += share(question.caches[i].state_bytes, gpus);
    }
    // One matrix serves as embedding and as output where they are tied.
    const WeightTable& weights = *question.weights;
    const std::uint64_t twice = weights.output_is_tied ? std::min(weights.token_embedding_bytes, weights.output_bytes) : 0;
    const std::uint64_t both = weights.output_bytes + weights.token_embedding_bytes - twice;
    memory[site].weights_bytes += share(both + weights.per_layer_embedding_bytes, gpus);
  }
}

/// GPUs that vLLM cuts a model over; 0 for every other engine, and where there is no GPU.
std::uint32_t sharded_over(const MemoryQuestion& question) {
  if (question.settings.engine != Engine::vllm || !question.sites.has_gpu()) return 0;
  return tensor_parallel_size(question.model, question.sites.count - 1);
}

/// GPUs that share weights and cache of every layer evenly; 0: they don't. Source: llama.cpp's docs/multi-gpu.md, where a
/// --tensor-split is not given.
std::uint32_t sharing_gpus(const MemoryQuestion& question) {
  const bool shares = question.settings.split_mode == SplitMode::tensor && question.sites.count > 2;
  return shares ? question.sites.count - 1 : 0;
}

/// Adds to every GPU its even part.
void add_evenly(std::uint64_t bytes, std::uint32_t gpus, std::uint64_t MemoryParts::* part, SiteMemory& memory) {
  for (std::uint32_t gpu = 1; gpu <= gpus; ++gpu) memory[gpu].*part += bytes / gpus + (gpu <= bytes % gpus ? 1 : 0);
}

/// A matrix that is split by rows lies on every GPU, as much of it as the GPU's share of the layers. Norms and biases,
/// which stay whole, are a thousandth of it. Source: ggml_backend_split_buffer_type of ggml-cuda.
void add_weights(const MemoryQuestion& question, std::uint8_t site, std::uint64_t bytes, SiteMemory& memory) {
  const std::uint32_t gpus = sharing_gpus(question);
  if (gpus > 0 && site != k_host_site) return add_evenly(bytes, gpus, &MemoryParts::weights_bytes, memory);
  if (question.settings.split_mode != SplitMode::row || site == k_host_site) {
    memory[site].weights_bytes += bytes;
    return;
  }
  std::uint64_t given = 0;
  for (std::uint32_t gpu = 1; gpu < question.sites.count; ++gpu) {
    const auto until = static_cast<std::uint64_t>(static_cast<double>(bytes) * question.sites.split[gpu]);
    const std::uint64_t end = gpu + 1 == question.sites.count ? bytes : until;
    memory[gpu].weights_bytes += end - given;
    given = end;
  }
}

void add_layers(const MemoryQuestion& question, const Layout& layout, SiteMemory& memory) {
  const bool repack = repacks(question);
  const std::size_t count = std::min(question.weights->layers.size(), layout.layer_site.size());
  for (std::size_t i = 0; i < count; ++i) {
    const LayerWeights& weights = question.weights->layers[i];
    add_weights(question, layout.layer_site[i], weights.attention_bytes + weights.dense_ffn_bytes, memory);
    add_weights(question, layout.expert_site[i], weights.expert_bytes, memory);
    if (repack) memory[k_host_site].repacked_weights_bytes += weights.repackable_bytes + weights.repackable_expert_bytes;
  }
  for (std::size_t i = 0; i < std::min(question.caches.size(), layout.layer_site.size()); ++i) {
    const std::uint8_t where = layout.layer_site[i];
    if (const std::uint32_t gpus = sharing_gpus(question); gpus > 0 && where != k_host_site) {
      add_evenly(question.caches[i].kv_bytes, gpus, &MemoryParts::kv_cache_bytes, memory);
      add_evenly(question.caches[i].state_bytes, gpus, &MemoryParts::recurrent_state_bytes, memory);
      continue;
    }
    MemoryParts& site = memory[where];
    site.kv_cache_bytes += question.caches[i].kv_bytes;
    site.recurrent_state_bytes += question.caches[i].state_bytes;
  }
}

/// The embedding stays on the host; a tied output is a second copy of it, unless both map the same pages of the file.
void add_embedding_and_output(const MemoryQuestion& question, const Layout& layout, SiteMemory& memory) {
  const WeightTable& weights = *question.weights;
  memory[k_host_site].weights_bytes += weights.token_embedding_bytes + weights.per_layer_embedding_bytes;
  const bool same_pages = question.sites.pool[layout.output_site] == question.sites.pool[k_host_site];
  const std::uint64_t shared =
      weights.output_is_tied && same_pages ? std::min(weights.token_embedding_bytes, weights.output_bytes) : 0;
  add_weights(question, layout.output_site, weights.output_bytes - shared, memory);
  if (repacks(question)) memory[k_host_site].repacked_weights_bytes += weights.output_repackable_bytes;
  memory[k_host_site].output_bytes += question.model.vocab_size * k_logit_bytes * question.shape.sequences;
}

/// CUDA's flash attention works on f16: of a quantised cache it keeps one layer's K and V unpacked beside the scratch
/// buffer. Source: ggml_cuda_flash_attn_ext_get_alloc_size (read, not measured; other backends do without).
std::uint64_t unpacked_cache_bytes(const MemoryQuestion& question, const Layout& layout, std::uint32_t site) {
  constexpr std::uint64_t k_f16_bytes = 2;
  const EngineSettings& settings = question.settings;
  const bool on_cuda = question.sites.backend == Backend::cuda || question.sites.backend == Backend::rocm;
  const auto is_packed = [](TensorType type) { return traits(type).block_elements > 1; };
  const bool packed = is_packed(settings.kv_type_k) || is_packed(settings.kv_type_v);
  if (!on_cuda || !settings.flash_attn || !packed) return 0;
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < layout.layer_site.size(); ++i) {
    const LayerSpec& layer = question.model.layers[i];
    if (layout.layer_site[i] != site || cache_row_bytes(question.model, layer, settings) == 0) continue;
    std::uint64_t row = 0;
    if (is_packed(settings.kv_type_k)) row += std::uint64_t{layer.head_count_kv} * layer.key_length;
    if (is_packed(settings.kv_type_v)) row += std::uint64_t{layer.head_count_kv} * layer.value_length;
    const std::uint64_t cells = cache_cells(question.model, layer, settings, question.shape);
    largest = std::max(largest, row * cells * question.shape.streams * k_f16_bytes);
  }
  return largest;
}

void add_buffers(const MemoryQuestion& question, const Layout& layout, const SiteBytes& compute, SiteMemory& memory) {
  for (std::uint32_t site = 0; site < question.sites.count; ++site) memory[site].compute_bytes += compute[site];
  memory[k_host_site].runtime_overhead_bytes += host_overhead_bytes(question.model);
  const std::uint32_t sharded = sharded_over(question);
  for (std::uint32_t site = 1; site < question.sites.count; ++site) {
    if (sharded != 0 && site > sharded) break;  // left idle
    const Device& device = question.machine.devices[question.sites.device[site]];
    memory[site].runtime_overhead_bytes += device_overhead_bytes(device, question.sites.backend, question.settings.engine) +
                                           unpacked_cache_bytes(question, layout, site);
  }
}

}  // namespace

std::vector<CacheKind> cache_kinds(const ModelSpec& model, const EngineSettings& settings) {
  const ContextShape shape = context_shape(settings, model);
  std::vector<CacheKind> kinds;
  for (const LayerSpec& layer : model.layers) {
    const std::uint64_t row = cache_row_bytes(model, layer, settings);
    if (row == 0) continue;
    const std::uint32_t cells = cache_cells(model, layer, settings, shape);
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const CacheKind& kind) {
      return kind.row_bytes == row && kind.cells == cells && kind.layer->attention == layer.attention;
    });
    if (same != kinds.end()) {
      ++same->layers;
    } else {
      kinds.push_back({.layer = &layer, .row_bytes = row, .cells = cells, .layers = 1});
    }
  }
  return kinds;
}

std::uint32_t tensor_parallel_size(const ModelSpec& model, std::size_t gpu_count) {
  const auto divides = [&](std::size_t gpus) {
    return std::all_of(model.layers.begin(), model.layers.end(),
                       [&](const LayerSpec& layer) { return layer.head_count % gpus == 0; });
  };
  std::size_t gpus = std::max<std::size_t>(1, gpu_count);
  while (gpus > 1 && !divides(gpus)) --gpus;
  return static_cast<std::uint32_t>(gpus);
}

MemoryParts& MemoryParts::operator+=(const MemoryParts& other) {
  weights_bytes += other.weights_bytes;
  repacked_weights_bytes += other.repacked_weights_bytes;
  kv_cache_bytes += other.kv_cache_bytes;
  recurrent_state_bytes += other.recurrent_state_bytes;
  compute_bytes += other.compute_bytes;
  output_bytes += other.output_bytes;
  runtime_overhead_bytes += other.runtime_overhead_bytes;
  return *this;
}

MemoryQuestion memory_question(const Machine& machine, const ModelSpec& model, const WeightTable* weights,
                               const EngineSettings& settings) {
  MemoryQuestion question{.machine = machine,
                          .model = model,
                          .weights = weights,
                          .settings = settings,
                          .sites = engine_sites(machine, settings),
                          .shape = context_shape(settings, model),
                          .caches = layer_caches(model, settings)};
  return question;
}

const ScratchMemory::Entry* ScratchMemory::find(const Layout& layout, const ContextShape& shape) const {
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.cells == shape.cells && entry.layout == layout; });
  return known == entries_.end() ? nullptr : &*known;
}

void set_context(MemoryQuestion& question, std::uint32_t context_tokens) {
  question.settings.context_tokens = context_tokens;
  question.shape = context_shape(question.settings, question.model);
  for (std::size_t i = 0; i < question.caches.size(); ++i) {
    question.caches[i] = layer_cache(question.model, question.model.layers[i], question.settings, question.shape);
  }
}

SiteMemory site_memory(const MemoryQuestion& question, const Layout& layout, const SiteBytes& compute) {
  SiteMemory memory{};
  if (const std::uint32_t gpus = sharded_over(question); gpus != 0) {
    add_sharded(question, gpus, memory);
  } else {
    add_layers(question, layout, memory);
    add_embedding_and_output(question, layout, memory);
  }
  add_buffers(question, layout, compute, memory);
  return memory;
}

std::uint64_t required_bytes(const MemoryParts& parts) {
  return parts.total() - std::min(parts.weights_bytes, parts.repacked_weights_bytes);
}

MemoryEstimate pool_memory(const MemoryQuestion& question, const SiteMemory& memory) {
  MemoryEstimate estimate;
  estimate.pools.resize(question.machine.pools.size());
  for (std::uint32_t site = 0; site < question.sites.count; ++site) {
    estimate.parts += memory[site];
    if (question.sites.pool[site] < estimate.pools.size()) estimate.pools[question.sites.pool[site]].parts += memory[site];
  }
  for (std::uint32_t i = 0; i < estimate.pools.size(); ++i) {
    PoolMemory& pool = estimate.pools[i];
    pool.pool = i;
    pool.used_bytes = pool.parts.total();
    pool.required_bytes = required_bytes(pool.parts);
    pool.usable_bytes = usable_for(question.machine.pools[i], question.settings.engine, true);
  }
  estimate.kv_bytes_per_token = kv_bytes_per_token(question.model, question.settings);
  return estimate;
}

MemoryEstimate estimate_memory(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                               const EngineSettings& settings, const Placement& placement) {
  const MemoryQuestion question = memory_question(machine, model, &weights, settings);
  const Layout layout = layout_of(question.sites, model, placement);
  const SiteBytes compute = compute_buffers(model, weights, settings, question.shape, question.sites, layout);
  return pool_memory(question, site_memory(question, layout, compute));
}

}  // namespace canirun
