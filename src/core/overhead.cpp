// SPDX-License-Identifier: MIT
#include "core/overhead.hpp"

#include <algorithm>
#include <array>
#include <canirun/units.hpp>
#include <string_view>

namespace canirun {
namespace {

struct ContextSize {
  std::string_view architecture;  ///< device architecture id; "" is the backend's own default
  Backend backend;
  std::uint64_t mib;
};
/// Driver context, kernels and maths library of one process on one device, once the first prompt has run.
/// Measured: 451-456 MiB on three RTX 4090 (Linux, CUDA) and 753 MiB on an RTX PRO 6000, "unaccounted" in the exit
/// table of llama.cpp pull request 15860, read 2026-11; 560 MiB on an H100 (own run, 2026-11-26); about 150 MiB on an 8 GB
/// laptop card in published logs; Vulkan 12 MiB on AMD. The rest is read across from these (assumed), so that no
/// architecture is without a figure.
constexpr std::array k_contexts{
    ContextSize{"pascal", Backend::cuda, 250},    ContextSize{"volta", Backend::cuda, 350},
    ContextSize{"turing", Backend::cuda, 350},    ContextSize{"ampere", Backend::cuda, 350},
    ContextSize{"ada", Backend::cuda, 460},       ContextSize{"hopper", Backend::cuda, 560},
    ContextSize{"blackwell", Backend::cuda, 760}, ContextSize{"", Backend::cuda, 460},
    ContextSize{"", Backend::rocm, 450},          ContextSize{"", Backend::vulkan, 20},
    ContextSize{"", Backend::sycl, 250},          ContextSize{"", Backend::metal, 0},
};

/// Activations profiled for one batch plus CUDA graphs: vLLM's documentation and logs give 1 to 2 GiB.
constexpr std::uint64_t k_vllm_activation_bytes = 3 * k_gib / 2;
/// Share of the card vLLM claims (gpu_memory_utilization). Source: vllm/config, read 2026-11.
constexpr double k_vllm_share = 0.92;

/// Llama 3.1 8B, 128256 tokens: 39.6 MiB of anonymous memory beyond cache and output buffer (own run, 2026-10).
constexpr std::uint64_t k_host_bytes_per_vocabulary_entry = 320;

/// What the driver takes beside the buffers is known to about a hundred MiB; a model that leaves less may not start.
constexpr std::uint64_t k_gpu_reserve_free = k_gib / 8;
/// Kept for the rest of the system. Free memory known: half a GiB, so that the last page is not the model's.
constexpr std::uint64_t k_host_reserve_free = k_gib / 2;
/// Free memory unknown: what a desktop takes after boot, 2 GiB (assumed), at most an eighth of a small machine.
constexpr std::uint64_t k_host_reserve_idle = 2 * k_gib;
/// A GPU nobody else uses still has some hundred MiB taken by driver and firmware (assumed).
constexpr std::uint64_t k_gpu_reserve_idle = k_gib / 4;

std::uint64_t reserve_bytes(const MemoryPool& pool, bool free_known) {
  if (pool.kind == PoolKind::gpu)
    return std::min(free_known ? k_gpu_reserve_free : k_gpu_reserve_idle, pool.total_bytes / 16);
  return free_known ? std::min(k_host_reserve_free, pool.free_bytes.value_or(0) / 16)
                    : std::min(k_host_reserve_idle, pool.total_bytes / 8);
}

}  // namespace

std::uint64_t usable_bytes(const MemoryPool& pool, bool only_free) {
  const bool free_known = only_free && pool.free_bytes.has_value();
  const std::uint64_t there = free_known ? std::min(*pool.free_bytes, pool.total_bytes) : pool.total_bytes;
  const std::uint64_t left = there - std::min(there, reserve_bytes(pool, free_known));
  return std::min(left, pool.limit_bytes.value_or(left));
}

std::uint64_t usable_for(const MemoryPool& pool, Engine engine, bool only_free) {
  const std::uint64_t usable = usable_bytes(pool, only_free);
  if (engine != Engine::vllm || pool.kind == PoolKind::host) return usable;
  return std::min(usable, static_cast<std::uint64_t>(static_cast<double>(pool.total_bytes) * k_vllm_share));
}

std::uint64_t device_overhead_bytes(const Device& device, Backend backend, Engine engine) {
  std::uint64_t bytes = 0;
  for (const ContextSize& size : k_contexts) {
    if (size.backend != backend || (!size.architecture.empty() && size.architecture != device.architecture)) continue;
    bytes = size.mib * k_mib;
    break;
  }
  return engine == Engine::vllm ? bytes + k_vllm_activation_bytes : bytes;
}

std::uint64_t host_overhead_bytes(const ModelSpec& model) { return k_host_bytes_per_vocabulary_entry * model.vocab_size; }

}  // namespace canirun
