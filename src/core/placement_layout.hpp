// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/placement.hpp>
#include <cstdint>
#include <vector>

namespace canirun {

inline constexpr std::uint32_t k_max_gpus = 16;  ///< as many devices as llama.cpp drives
inline constexpr std::uint32_t k_max_sites = k_max_gpus + 1;
inline constexpr std::uint8_t k_host_site = 0;

/// The places an engine allocates on: site 0 is the CPU, 1.. are the GPUs it uses, largest first. A site is not a
/// pool: on unified memory the CPU and the GPU are two sites that share one pool.
struct Sites {
  std::uint32_t count = 1;
  std::array<std::uint32_t, k_max_sites> pool{};
  std::array<std::uint32_t, k_max_sites> device{};  ///< index into Machine::devices; of GPUs only
  std::array<double, k_max_sites> split{};          ///< running share of the free memory, 1 at the last GPU
  Backend backend = Backend::cpu;                   ///< what drives the GPUs
  bool halves_cache = false;  ///< flash attention's kernels read any cache but f16 through a copy in f16
  [[nodiscard]] bool has_gpu() const { return count > 1; }
};
Sites engine_sites(const Machine& machine, const EngineSettings& settings);

/// Where every layer goes, by site.
struct Layout {
  std::vector<std::uint8_t> layer_site;   ///< attention, cache, dense FFN, shared experts
  std::vector<std::uint8_t> expert_site;  ///< routed experts
  std::uint8_t output_site = k_host_site;
  std::uint32_t gpu_layers = 0;
  std::uint32_t expert_layers_on_cpu = 0;
  bool operator==(const Layout&) const = default;
};

/// Fills `layout` as the engine would for `-ngl gpu_layers -ncmoe expert_layers_on_cpu`. Source: load_tensors() of
/// llama-model.cpp (split-mode layer).
void lay_out(const Sites& sites, const ModelSpec& model, std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu,
             Layout& layout);

/// The layout behind a placement that was decided elsewhere.
Layout layout_of(const Sites& sites, const ModelSpec& model, const Placement& placement);

/// The value of -ngl that puts everything on the GPU.
std::uint32_t all_gpu_layers(const ModelSpec& model);

}  // namespace canirun
