// SPDX-License-Identifier: MIT
#include "core/throughput_plan.hpp"

#include <algorithm>

#include "core/processor_state.hpp"

namespace canirun {
namespace {

SiteLoad empty_load(const Machine& machine, const Device& device, const Sites& sites, std::size_t site,
                    const EngineSettings& settings, const WeightTable& weights, const SpeedBook& speeds) {
  SiteLoad load;
  load.pool = sites.pool[site];
  load.bandwidth_bytes_per_s = machine.pools[load.pool].bandwidth_bytes_per_s.value_or(0);
  load.speed = device_speed(machine, device, site == k_host_site ? Backend::cpu : sites.backend, settings, speeds);
  if (site == k_host_site) settle_processor(load.speed, machine);
  load.mix = weight_mix(weights, load.speed);
  return load;
}

/// The processor of the machine; a plain one when the description has none.
Device processor_of(const Machine& machine) {
  const auto found = std::find_if(machine.devices.begin(), machine.devices.end(),
                                  [](const Device& device) { return device.kind == DeviceKind::cpu; });
  return found == machine.devices.end() ? Device{} : *found;
}

void count_hop(ThroughputPlan& plan, std::uint8_t from, std::uint8_t to) {
  if (from == to) return;
  if (from == k_host_site || to == k_host_site) {
    ++plan.host_hops;
  } else {
    ++plan.gpu_hops;
  }
}

}  // namespace

ThroughputPlan make_plan(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                         const EngineSettings& settings, const Placement& placement, const SpeedBook& speeds) {
  ThroughputPlan plan{.machine = machine, .model = model, .settings = settings};
  plan.sites = engine_sites(machine, settings);
  plan.layout = layout_of(plan.sites, model, placement);
  plan.loads.reserve(plan.sites.count);
  plan.loads.push_back(empty_load(machine, processor_of(machine), plan.sites, k_host_site, settings, weights, speeds));
  for (std::size_t site = 1; site < plan.sites.count; ++site) {
    plan.loads.push_back(
        empty_load(machine, machine.devices[plan.sites.device[site]], plan.sites, site, settings, weights, speeds));
  }
  if (model.moe && model.moe->expert_count > 0) {
    plan.expert_share = std::min(1.0, double{1} * model.moe->expert_used_count / model.moe->expert_count);
  }

  std::uint8_t last = plan.layout.layer_site.empty() ? plan.layout.output_site : plan.layout.layer_site.front();
  for (std::size_t i = 0; i < std::min(model.layers.size(), weights.layers.size()); ++i) {
    const std::uint8_t site = plan.layout.layer_site[i];
    const std::uint8_t expert_site = plan.layout.expert_site[i];
    SiteLoad& here = plan.loads[site];
    SiteLoad& experts = plan.loads[expert_site];
    here.dense_bytes += static_cast<double>(weights.layers[i].attention_bytes + weights.layers[i].dense_ffn_bytes);
    experts.expert_bytes += static_cast<double>(weights.layers[i].expert_bytes) * plan.expert_share;
    experts.all_expert_bytes += static_cast<double>(weights.layers[i].expert_bytes);
    here.units += overhead_units(model.layers[i], here.speed, norms_results(model));
    here.layers += 1;
    count_hop(plan, last, site);
    if (weights.layers[i].expert_bytes > 0 && expert_site != site) plan.host_hops += 2;
    last = site;
  }
  count_hop(plan, last, plan.layout.output_site);
  SiteLoad& output = plan.loads[plan.layout.output_site];
  output.output_bytes = static_cast<double>(weights.output_bytes);
  output.dense_bytes += output.output_bytes;

  const auto gpus_used =
      std::count_if(plan.loads.begin() + 1, plan.loads.end(), [](const SiteLoad& load) { return load.used(); });
  // A part of every layer on every GPU: they read at the same time and meet within each layer.
  const bool shared = settings.split_mode == SplitMode::row || settings.split_mode == SplitMode::tensor;
  plan.tensor_parallel = (settings.engine == Engine::vllm || shared) && gpus_used > 1;
  return plan;
}

}  // namespace canirun
