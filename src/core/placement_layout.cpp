// SPDX-License-Identifier: MIT
#include "core/placement_layout.hpp"

#include <algorithm>
#include <canirun/names.hpp>
#include <numeric>

namespace canirun {
namespace {

Backend native_backend(Vendor vendor) {
  switch (vendor) {
    case Vendor::nvidia:
      return Backend::cuda;
    case Vendor::amd:
      return Backend::rocm;
    case Vendor::apple:
      return Backend::metal;
    case Vendor::intel:
      return Backend::sycl;
    case Vendor::unknown:
    case Vendor::qualcomm:
    case Vendor::arm:
    case Vendor::other:
      return Backend::vulkan;
  }
  return Backend::vulkan;
}

/// The runtime that is installed for the device, else the vendor's own.
Backend backend_of(const Device& device) {
  if (device.runtime) {
    if (const auto named = from_name<Backend>(*device.runtime)) return *named;
  }
  return native_backend(device.vendor);
}

/// A device nobody named a vendor for (a free description) is driven by whatever is asked.
bool can_drive(Backend asked, const Device& device) {
  if (asked == Backend::automatic || asked == Backend::vulkan || device.vendor == Vendor::unknown) return true;
  return asked == native_backend(device.vendor);
}

bool is_gpu(const Device& device) {
  return device.kind == DeviceKind::discrete_gpu || device.kind == DeviceKind::integrated_gpu;
}

/// An integrated GPU counts when its memory is more than the plain host memory of a desktop processor, and when there
/// is no discrete one: the engines skip it then.
bool is_used(const Machine& machine, const Device& device, Backend asked, bool any_discrete) {
  if (!is_gpu(device) || device.pool >= machine.pools.size() || !can_drive(asked, device)) return false;
  if (device.kind == DeviceKind::discrete_gpu) return true;
  return !any_discrete && machine.pools[device.pool].kind != PoolKind::host;
}

/// By what the driver calls free, of which nothing is set aside yet.
void set_split(const Machine& machine, Sites& sites) {
  double sum = 0;
  for (std::uint32_t site = 1; site < sites.count; ++site) {
    const MemoryPool& pool = machine.pools[sites.pool[site]];
    sum += static_cast<double>(pool.free_bytes ? std::min(*pool.free_bytes, pool.total_bytes) : usable_bytes(pool, true));
    sites.split[site] = sum;
  }
  for (std::uint32_t site = 1; site < sites.count; ++site) {
    sites.split[site] = sum > 0 ? sites.split[site] / sum : static_cast<double>(site) / (sites.count - 1);
  }
}

/// Largest first: the first GPU also computes with what stays on the host, and needs room for that. Where it is not the
/// order of the machine the command says so.
void sort_by_room(const Machine& machine, Sites& sites) {
  std::array<std::uint32_t, k_max_sites> order{};
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin() + 1, order.begin() + sites.count, [&](std::uint32_t a, std::uint32_t b) {
    return usable_bytes(machine.pools[sites.pool[a]], true) > usable_bytes(machine.pools[sites.pool[b]], true);
  });
  const Sites as_found = sites;
  for (std::uint32_t site = 1; site < sites.count; ++site) {
    sites.pool[site] = as_found.pool[order[site]];
    sites.device[site] = as_found.device[order[site]];
  }
}

}  // namespace

/// CUDA's kernels for prompts, and the same compiled for ROCm, compute in half precision: the scratch buffer has room for
/// a copy of a layer's cache (ggml_cuda_flash_attn_ext_get_alloc_size; seen on an H100). Of a GPU given as bare numbers no
/// kernel is known.
bool halves_cache(const Device& device, Backend backend) {
  return !device.architecture.empty() && (backend == Backend::cuda || backend == Backend::rocm);
}

Sites engine_sites(const Machine& machine, const EngineSettings& settings) {
  Sites sites;
  if (settings.backend == Backend::cpu) return sites;
  const bool any_discrete = std::any_of(machine.devices.begin(), machine.devices.end(), [&](const Device& device) {
    return device.kind == DeviceKind::discrete_gpu && can_drive(settings.backend, device);
  });
  for (std::uint32_t i = 0; i < machine.devices.size() && sites.count < k_max_sites; ++i) {
    const Device& device = machine.devices[i];
    if (!is_used(machine, device, settings.backend, any_discrete)) continue;
    sites.pool[sites.count] = device.pool;
    sites.device[sites.count] = i;
    if (sites.count == 1) {
      sites.backend = settings.backend == Backend::automatic ? backend_of(device) : settings.backend;
      sites.halves_cache = halves_cache(device, sites.backend);
    }
    ++sites.count;
  }
  sort_by_room(machine, sites);
  if (settings.split_mode == SplitMode::none) sites.count = std::min(sites.count, 2U);
  set_split(machine, sites);
  return sites;
}

EngineDevices engine_devices(const Machine& machine, const EngineSettings& settings) {
  const Sites sites = engine_sites(machine, settings);
  EngineDevices devices{.gpus = {}, .backend = sites.backend};
  for (std::uint32_t site = 1; site < sites.count; ++site) devices.gpus.push_back(sites.device[site]);
  return devices;
}

std::uint32_t all_gpu_layers(const ModelSpec& model) {
  return static_cast<std::uint32_t>(model.layers.size()) + model.next_token_layers + 1;
}

void lay_out(const Sites& sites, const ModelSpec& model, std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu,
             Layout& layout) {
  const auto count = static_cast<std::uint32_t>(model.layers.size());
  const std::uint32_t all = all_gpu_layers(model);
  const std::uint32_t active = sites.has_gpu() ? std::min(gpu_layers, all) : 0;
  const std::uint32_t first = all - active;  // i_gpu_start; the output layer is number all - 1
  const auto site_of = [&](std::uint32_t layer) -> std::uint8_t {
    if (layer < first) return k_host_site;
    // Single precision on purpose: the engine compares floats, and a layer on the edge has to fall to the same side.
    const float share = static_cast<float>(layer - first) / static_cast<float>(active);
    std::uint8_t site = 1;
    while (site + 1U < sites.count && !(static_cast<float>(sites.split[site]) > share)) ++site;
    return site;
  };
  layout.gpu_layers = active;
  layout.expert_layers_on_cpu = model.moe ? std::min(expert_layers_on_cpu, count) : 0;
  layout.layer_site.resize(count);
  layout.expert_site.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    layout.layer_site[i] = site_of(i);
    layout.expert_site[i] = i < layout.expert_layers_on_cpu ? k_host_site : layout.layer_site[i];
  }
  layout.output_site = site_of(all - 1);
}

Layout layout_of(const Sites& sites, const ModelSpec& model, const Placement& placement) {
  Layout layout;
  lay_out(sites, model, placement.gpu_layers, placement.expert_layers_on_cpu, layout);
  const auto site_in = [&](std::uint8_t pool, std::uint8_t planned) {
    if (sites.pool[planned] == pool) return planned;
    for (std::uint8_t site = 0; site < sites.count; ++site) {
      if (sites.pool[site] == pool) return site;
    }
    return k_host_site;
  };
  for (std::size_t i = 0; i < std::min(placement.layers.size(), layout.layer_site.size()); ++i) {
    layout.layer_site[i] = site_in(placement.layers[i].pool, layout.layer_site[i]);
    layout.expert_site[i] = site_in(placement.layers[i].expert_pool, layout.expert_site[i]);
  }
  layout.output_site = site_in(placement.output_pool, layout.output_site);
  return layout;
}

}  // namespace canirun
