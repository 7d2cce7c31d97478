// SPDX-License-Identifier: MIT
#include "core/placement_search.hpp"

#include <algorithm>

#include "core/overhead.hpp"

namespace canirun {

PlacementSearch::PlacementSearch(MemoryQuestion& question, bool only_free) : question_(question), only_free_(only_free) {}

std::uint32_t PlacementSearch::first_gpu_layers() const {
  if (!question_.sites.has_gpu()) return 0;
  const std::uint32_t all = all_gpu_layers(question_.model);
  return std::min(all, question_.settings.gpu_layers.value_or(all));
}

bool PlacementSearch::everything_on_gpu() const {
  return layout_.gpu_layers == all_gpu_layers(question_.model) && layout_.expert_layers_on_cpu == 0;
}

Fit PlacementSearch::fit_within(bool only_free) const {
  Fit fit;
  fit.headroom = std::numeric_limits<std::int64_t>::max();
  const Sites& sites = question_.sites;
  for (std::uint32_t site = 0; site < sites.count; ++site) {
    const std::uint32_t pool = sites.pool[site];
    std::uint64_t needed = 0;
    for (std::uint32_t other = 0; other < sites.count; ++other) {
      if (sites.pool[other] == pool) needed += required_bytes(memory_[other]);
    }
    const std::uint64_t usable = usable_for(question_.machine.pools[pool], question_.settings.engine, only_free);
    const std::int64_t left = static_cast<std::int64_t>(usable) - static_cast<std::int64_t>(needed);
    std::int64_t& side = site == k_host_site ? fit.host_headroom : fit.gpu_headroom;
    side = std::min(side, left);
    if (left < fit.headroom) {
      fit.headroom = left;
      fit.limiting_pool = pool;
    }
  }
  return fit;
}

Fit PlacementSearch::try_layers(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu) {
  lay_out(question_.sites, question_.model, gpu_layers, expert_layers_on_cpu, layout_);
  memory_ = site_memory(question_, layout_);
  fit_ = fit_within(only_free_);
  return fit_;
}

bool PlacementSearch::find() {
  const std::uint32_t gpu_layers = first_gpu_layers();
  if (try_layers(gpu_layers, question_.settings.cpu_moe_layers.value_or(0)).fits()) return true;

  // Moving things between the CPU and a GPU that share one memory gains nothing.
  const Sites& sites = question_.sites;
  if (!sites.has_gpu() || sites.pool[1] == sites.pool[k_host_site]) return false;
  if (question_.model.moe && !question_.settings.cpu_moe_layers && find_with_experts_on_host()) return true;
  if (!question_.settings.gpu_layers) return find_with_fewer_layers();
  return false;
}

/// Experts are most of a MoE model and are read sparsely: they go first, as few layers of them as it takes.
bool PlacementSearch::find_with_experts_on_host() {
  const std::uint32_t gpu_layers = first_gpu_layers();
  auto all = static_cast<std::uint32_t>(question_.model.layers.size());
  if (try_layers(gpu_layers, all).gpu_headroom < 0) return false;
  std::uint32_t too_few = 0;
  while (all - too_few > 1) {
    const std::uint32_t middle = too_few + (all - too_few) / 2;
    (try_layers(gpu_layers, middle).gpu_headroom < 0 ? too_few : all) = middle;
  }
  return try_layers(gpu_layers, all).fits();
}

bool PlacementSearch::find_with_fewer_layers() {
  const auto experts = question_.settings.cpu_moe_layers.value_or(
      question_.model.moe ? static_cast<std::uint32_t>(question_.model.layers.size()) : 0);
  std::uint32_t fits = 0;
  std::uint32_t too_many = all_gpu_layers(question_.model);
  while (too_many - fits > 1) {
    const std::uint32_t middle = fits + (too_many - fits) / 2;
    (try_layers(middle, experts).gpu_headroom < 0 ? too_many : fits) = middle;
  }
  return try_layers(fits, experts).fits();
}

namespace {

constexpr std::uint32_t k_context_step = 256;

/// Does a context fit with this kind of placement? Where the engine may choose, it is asked again.
bool context_fits(MemoryQuestion& question, std::uint32_t context, bool everything_on_gpu, std::uint32_t gpu_layers,
                  std::uint32_t expert_layers_on_cpu) {
  set_context(question, context);
  PlacementSearch search(question, true);
  if (everything_on_gpu || question.settings.gpu_layers || !question.sites.has_gpu()) {
    if (search.try_layers(gpu_layers, expert_layers_on_cpu).fits()) return true;
    if (everything_on_gpu) return false;
  }
  return search.find();
}

}  // namespace

std::optional<std::uint32_t> largest_context(MemoryQuestion& question, bool everything_on_gpu, std::uint32_t gpu_layers,
                                             std::uint32_t expert_layers_on_cpu) {
  const std::uint32_t asked = question.settings.context_tokens;
  const std::uint32_t limit = question.model.context_limit_tokens != 0 ? question.model.context_limit_tokens : asked;
  std::uint32_t unfit = limit / k_context_step + 1;  // in steps
  std::uint32_t fit = 0;
  const auto probe = [&](std::uint32_t steps) {
    const bool good = context_fits(question, steps * k_context_step, everything_on_gpu, gpu_layers, expert_layers_on_cpu);
    (good ? fit : unfit) = steps;
  };
  if (unfit > 1) probe(unfit - 1);
  while (unfit - fit > 1) probe(fit + (unfit - fit) / 2);
  set_context(question, asked);
  return fit == 0 ? std::nullopt : std::optional(fit * k_context_step);
}

}  // namespace canirun
