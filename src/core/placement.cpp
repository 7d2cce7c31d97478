// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/placement.hpp>

#include "core/placement_search.hpp"

namespace canirun {
namespace {

void write_layers(const Sites& sites, const Layout& layout, Placement& placement) {
  const auto pool_of = [&](std::uint8_t site) { return static_cast<std::uint8_t>(sites.pool[site]); };
  placement.layers.resize(layout.layer_site.size());
  for (std::size_t i = 0; i < layout.layer_site.size(); ++i) {
    placement.layers[i] = {.pool = pool_of(layout.layer_site[i]), .expert_pool = pool_of(layout.expert_site[i])};
  }
  placement.output_pool = pool_of(layout.output_site);
  placement.gpu_layers = layout.gpu_layers;
  placement.expert_layers_on_cpu = layout.expert_layers_on_cpu;
}

/// On a machine without a GPU to use, being in host memory is the whole answer; beside a GPU it is second best.
FitStatus status_of(const MemoryQuestion& question, const PlacementSearch& search) {
  if (!search.fit().fits()) return FitStatus::does_not_fit;
  return !question.sites.has_gpu() || search.everything_on_gpu() ? FitStatus::fits : FitStatus::fits_offloaded;
}

/// Would it fit with nothing else running? The placement found for now may, or another one does.
bool fits_when_idle(MemoryQuestion& question, const PlacementSearch& search) {
  if (search.fit().fits() || search.fit_within(false).fits()) return true;
  const bool any_free_known = std::any_of(question.machine.pools.begin(), question.machine.pools.end(),
                                          [](const MemoryPool& pool) { return pool.free_bytes.has_value(); });
  return any_free_known && PlacementSearch(question, false).find();
}

}  // namespace

Placer::Placer(const Machine& machine, const ModelSpec& model, const EngineSettings& settings)
    : question_(std::make_unique<MemoryQuestion>(memory_question(machine, model, nullptr, settings))) {}
Placer::Placer(Placer&&) noexcept = default;
Placer::~Placer() = default;

PlacedMemory Placer::place(const WeightTable& weights, Effort effort) {
  PlacedMemory placed;
  if (question_->machine.pools.empty()) return placed;
  const Sites sites = question_->sites;  // finding another split changes them
  question_->weights = &weights;
  question_->ranking = effort == Effort::ranking;
  PlacementSearch search(*question_, true);
  search.find();

  Placement& placement = placed.placement;
  write_layers(question_->sites, search.layout(), placement);
  placement.status = status_of(*question_, search);
  placement.headroom_bytes = search.fit().headroom;
  placement.limiting_pool = search.fit().limiting_pool;
  placement.fits_now = search.fit().fits();
  placement.fits_idle = fits_when_idle(*question_, search);
  placed.memory = pool_memory(*question_, search.memory());

  // Last, because trying other contexts changes the question.
  if (effort == Effort::answer) placement.max_context_tokens = search.largest_context();
  question_->sites = sites;
  return placed;
}

PlacedMemory place(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                   const EngineSettings& settings, Effort effort) {
  return Placer(machine, model, settings).place(weights, effort);
}

}  // namespace canirun
