// SPDX-License-Identifier: MIT
#include "core/placement_search.hpp"

#include <algorithm>
#include <array>
#include <canirun/units.hpp>
#include <cmath>

#include "core/monotone_search.hpp"
#include "core/overhead.hpp"

namespace canirun {

PlacementSearch::PlacementSearch(MemoryQuestion& question, bool only_free) : question_(question), only_free_(only_free) {}

std::uint32_t PlacementSearch::layer_count() const { return static_cast<std::uint32_t>(question_.model.layers.size()); }

std::uint32_t PlacementSearch::first_gpu_layers() const {
  if (!question_.sites.has_gpu()) return 0;
  const std::uint32_t all = all_gpu_layers(question_.model);
  return std::min(all, question_.settings.gpu_layers.value_or(all));
}

bool PlacementSearch::everything_on_gpu() const {
  return layout_.gpu_layers == all_gpu_layers(question_.model) && layout_.expert_layers_on_cpu == 0;
}

/// Moving things between a CPU and a GPU that share one memory gains nothing, and vLLM and MLX do not split a model so.
bool PlacementSearch::may_split() const {
  const Sites& sites = question_.sites;
  const Engine engine = question_.settings.engine;
  return sites.has_gpu() && sites.pool[1] != sites.pool[k_host_site] && engine != Engine::vllm && engine != Engine::mlx;
}

/// Are there several GPUs that whole layers can be shared out over? vLLM splits every layer, and so do rows; MLX has one
/// GPU.
bool PlacementSearch::shares_out() const {
  const EngineSettings& settings = question_.settings;
  const bool whole_layers = settings.engine != Engine::vllm && settings.engine != Engine::mlx;
  return question_.sites.count > 2 && whole_layers && settings.split_mode == SplitMode::layer;
}

bool PlacementSearch::may_move_layers() const { return may_split() && !question_.settings.gpu_layers; }

bool PlacementSearch::may_move_experts() const {
  const bool can = question_.settings.engine != Engine::ollama;  // which moves whole layers only
  return can && may_split() && question_.model.moe && !question_.settings.cpu_moe_layers;
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
    if (site != k_host_site) fit.gpu_headroom = std::min(fit.gpu_headroom, left);
    if (left < fit.headroom) {
      fit.headroom = left;
      fit.limiting_pool = pool;
    }
  }
  return fit;
}

/// With scratch buffers as the engine takes them. In a ranking, where a look was taken already, that one will do.
const Fit& PlacementSearch::measure(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu) {
  if (question_.ranking && looked_) return assume(gpu_layers, expert_layers_on_cpu);
  lay_out(question_.sites, question_.model, gpu_layers, expert_layers_on_cpu, layout_);
  compute_ = scratch(question_.ranking && !fetches_nothing());
  looked_ = true;
  return assume(gpu_layers, expert_layers_on_cpu);
}

/// With scratch buffers from a quick look.
const Fit& PlacementSearch::glance(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu) {
  lay_out(question_.sites, question_.model, gpu_layers, expert_layers_on_cpu, layout_);
  compute_ = question_.ranking ? glanced_scratch() : scratch(true);
  looked_ = true;
  return assume(gpu_layers, expert_layers_on_cpu);
}

/// With the scratch buffers of the last look.
const Fit& PlacementSearch::assume(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu) {
  lay_out(question_.sites, question_.model, gpu_layers, expert_layers_on_cpu, layout_);
  memory_ = site_memory(question_, layout_, compute_);
  fit_ = fit_within(only_free_);
  return fit_;
}

/// Where every weight lies on a GPU, or all of them with the CPU, none is fetched: how they are stored changes nothing.
bool PlacementSearch::fetches_nothing() const { return !question_.sites.has_gpu() || everything_on_gpu(); }

SiteBytes PlacementSearch::scratch(bool coarse) const {
  const auto look = [&] {
    return compute_buffers(question_.model, *question_.weights, question_.settings, question_.shape, question_.sites,
                           layout_, coarse);
  };
  if (coarse || !fetches_nothing()) return look();
  if (const ScratchMemory::Entry* known = question_.known.find(layout_, question_.shape)) return known->bytes;
  const SiteBytes bytes = look();
  question_.known.keep({.layout = layout_, .cells = question_.shape.cells, .bytes = bytes});
  return bytes;
}

/// One quick look at a layout serves every quant: on top of what the model's rows take lies a copy of the largest matrix
/// that is fetched, and that is the only part that how the weights are stored can change.
SiteBytes PlacementSearch::glanced_scratch() const {
  std::uint64_t largest = 0;
  for (const LayerWeights& layer : question_.weights->layers)
    largest = std::max({largest, layer.largest_tensor_bytes, layer.largest_expert_tensor_bytes});
  const ScratchMemory::Entry* known = question_.glanced.find(layout_, question_.shape);
  if (known == nullptr) {
    const SiteBytes bytes = scratch(true);
    question_.glanced.keep(
        {.layout = layout_, .cells = question_.shape.cells, .bytes = bytes, .largest_tensor_bytes = largest});
    return bytes;
  }
  SiteBytes bytes = known->bytes;
  if (question_.sites.has_gpu()) bytes[1] += largest - std::min(bytes[1] + largest, known->largest_tensor_bytes);
  return bytes;
}

/// More bytes than all pools together have: nothing has to be known exactly any more.
bool PlacementSearch::is_hopeless() const {
  const Sites& sites = question_.sites;
  std::uint64_t needed = 0, usable = 0;
  for (std::uint32_t site = 0; site < sites.count; ++site) {
    needed += required_bytes(memory_[site]) - memory_[site].compute_bytes;
    const bool shared = site != k_host_site && sites.pool[site] == sites.pool[k_host_site];
    if (!shared) usable += usable_for(question_.machine.pools[sites.pool[site]], question_.settings.engine, only_free_);
  }
  return needed > usable;
}

bool PlacementSearch::find() {
  // Buffers only add to what weights and caches take: when those alone are too much, there is nothing to measure.
  const std::uint32_t gpu_layers = first_gpu_layers(), experts = question_.settings.cpu_moe_layers.value_or(0);
  compute_ = {};
  looked_ = false;
  const bool hopeless_whole = (may_move_experts() || may_move_layers()) && !assume(gpu_layers, experts).fits();
  if (!hopeless_whole && measure(gpu_layers, experts).fits()) return true;
  if (!hopeless_whole && find_with_other_split(gpu_layers, experts)) return true;
  if (may_move_experts() && find_with_experts_on_host()) return true;
  return may_move_layers() && find_with_fewer_layers();
}

/// By default the engine shares layers out by free memory, but every GPU also needs room for its runtime and buffers, and
/// the last one for the output. Where only that is in the way, layers go where they have room.
bool PlacementSearch::find_with_other_split(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu) {
  constexpr int k_most_rounds = 4;  // another split has other buffers
  Sites& sites = question_.sites;
  if (!shares_out() || fit_.gpu_headroom >= 0) return false;
  const Sites as_given = sites;
  for (int round = 0; round < k_most_rounds; ++round) {
    if (!share_out(gpu_layers, expert_layers_on_cpu)) break;
    if (measure(gpu_layers, expert_layers_on_cpu).fits()) return true;
  }
  sites = as_given;
  measure(gpu_layers, expert_layers_on_cpu);
  return false;
}

/// Fills the GPUs with the layers that are theirs, from the last layer and the last GPU on, each as far as it has room
/// beside its buffers of the last look. False, and nothing changed, when they do not fit in together.
bool PlacementSearch::share_out(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu) {
  Sites& sites = question_.sites;
  const std::uint32_t all = all_gpu_layers(question_.model), active = std::min(gpu_layers, all);
  const std::uint32_t first = all - active, behind = all - layer_count();  // the output and what predicts further tokens
  if (active < behind) return false;
  const auto room_of = [&](std::uint32_t site) {
    const MemoryPool& pool = question_.machine.pools[sites.pool[site]];
    const std::uint64_t usable = usable_for(pool, question_.settings.engine, only_free_);
    const std::uint64_t taken = memory_[site].compute_bytes + memory_[site].runtime_overhead_bytes;
    return usable - std::min(usable, taken);
  };
  std::array<std::uint32_t, k_max_sites> layers{};
  std::uint32_t site = sites.count - 1;
  std::uint64_t room = room_of(site), used = question_.weights->output_bytes;
  layers[site] = behind;
  if (used > room) return false;
  for (std::uint32_t i = layer_count(); i-- > first;) {
    const std::uint64_t bytes = bytes_of_layer(i, i >= expert_layers_on_cpu);
    while (used + bytes > room) {
      if (--site == k_host_site) return false;
      room = room_of(site);
      used = 0;
    }
    used += bytes;
    ++layers[site];
  }
  std::uint32_t running = 0;
  for (std::uint32_t gpu = 1; gpu < sites.count; ++gpu) {
    running += layers[gpu];
    sites.split[gpu] = static_cast<double>(running) / active;
  }
  return true;
}

std::uint64_t PlacementSearch::bytes_of_layer(std::uint32_t index, bool with_experts) const {
  const LayerWeights& weights = question_.weights->layers[index];
  const LayerCache& cache = question_.caches[index];
  return weights.attention_bytes + weights.dense_ffn_bytes + (with_experts ? weights.expert_bytes : 0) + cache.kv_bytes +
         cache.state_bytes;
}

/// The most that still can be shared out over several GPUs, of `most`; the split is left at it.
template <class Split>
std::uint32_t PlacementSearch::most_shared(std::uint32_t most, Split&& split) {
  std::uint32_t fit = 0, unfit = most + 1;
  while (unfit - fit > 1) {
    const std::uint32_t guess = fit + (unfit - fit) / 2;
    (split(guess) ? fit : unfit) = guess;
  }
  split(fit);
  return fit;
}

/// Layers whose experts the GPUs can hold, counted from the back, with the buffers as last measured.
std::uint32_t PlacementSearch::experts_that_fit() {
  const std::uint32_t gpu_layers = first_gpu_layers();
  if (shares_out()) {
    const std::uint32_t on_gpu =
        most_shared(layer_count(), [&](std::uint32_t experts) { return share_out(gpu_layers, layer_count() - experts); });
    assume(gpu_layers, layer_count() - on_gpu);
    return on_gpu;
  }
  const auto headroom = [&](std::uint32_t on_gpu) { return assume(gpu_layers, layer_count() - on_gpu).gpu_headroom; };
  const std::int64_t with_none = headroom(0), with_all = headroom(layer_count());
  if (with_none < 0) return 0;
  return with_all >= 0 ? layer_count() : last_that_fits(0, with_none, layer_count(), with_all, headroom);
}

/// Layers the GPUs can hold, as -ngl counts them, with all experts on the host.
std::uint32_t PlacementSearch::layers_that_fit() {
  const std::uint32_t experts = question_.settings.cpu_moe_layers.value_or(question_.model.moe ? layer_count() : 0);
  const std::uint32_t all = all_gpu_layers(question_.model);
  if (shares_out()) {
    const std::uint32_t layers = most_shared(all, [&](std::uint32_t on_gpu) { return share_out(on_gpu, experts); });
    assume(layers, experts);
    return layers;
  }
  const auto headroom = [&](std::uint32_t layers) { return assume(layers, experts).gpu_headroom; };
  const std::int64_t with_none = headroom(0), with_all = headroom(all);
  if (with_none < 0) return 0;
  return with_all >= 0 ? all : last_that_fits(0, with_none, all, with_all, headroom);
}

/// Experts are most of a MoE model and are read sparsely: they go first, as few layers of them as it takes.
bool PlacementSearch::find_with_experts_on_host() {
  const std::uint32_t gpu_layers = first_gpu_layers();
  if (glance(gpu_layers, layer_count()).gpu_headroom < 0) return false;
  std::uint32_t on_gpu = experts_that_fit();
  if (is_hopeless()) return false;
  // Each look says more exactly what is left for experts; rarely more than two are needed.
  while (measure(gpu_layers, layer_count() - on_gpu).gpu_headroom < 0 && on_gpu > 0) {
    on_gpu = std::min(on_gpu - 1, experts_that_fit());
    if (shares_out()) share_out(gpu_layers, layer_count() - on_gpu);
  }
  return fit_.fits();
}

bool PlacementSearch::find_with_fewer_layers() {
  const std::uint32_t experts = question_.settings.cpu_moe_layers.value_or(question_.model.moe ? layer_count() : 0);
  glance(all_gpu_layers(question_.model) / 2, experts);
  std::uint32_t layers = layers_that_fit();
  if (is_hopeless()) return assume(layers, experts).fits();
  while (measure(layers, experts).gpu_headroom < 0 && layers > 0) {
    layers = std::min(layers - 1, layers_that_fit());
    if (shares_out()) share_out(layers, experts);
  }
  return fit_.fits();
}

PlacementSearch::Freedom PlacementSearch::freedom() const {
  if (!question_.sites.has_gpu() || everything_on_gpu()) return Freedom::none;
  if (layout_.gpu_layers == first_gpu_layers() && may_move_experts()) return Freedom::experts;
  return may_move_layers() ? Freedom::layers : Freedom::none;
}

std::int64_t PlacementSearch::headroom_at(std::uint32_t context_tokens, Freedom freedom, const Layout& found) {
  set_context(question_, context_tokens);
  if (freedom == Freedom::experts) return assume(first_gpu_layers(), layer_count() - experts_that_fit()).headroom;
  if (freedom == Freedom::layers) return assume(layers_that_fit(), found.expert_layers_on_cpu).headroom;
  return assume(found.gpu_layers, found.expert_layers_on_cpu).headroom;
}

bool PlacementSearch::find_at(std::uint32_t context_tokens) {
  set_context(question_, context_tokens);
  return find();
}

std::optional<std::uint32_t> PlacementSearch::largest_context() {
  constexpr std::uint32_t k_step = 256;
  constexpr std::uint64_t k_longest_context = 1U << 30U;
  const Layout found = layout_;
  const Freedom moves = freedom();
  const std::uint32_t asked = question_.shape.cells;
  const std::uint32_t given = question_.settings.context_tokens;
  // Slots share what -c says, each up to what the model was made for.
  const std::uint32_t slots = question_.settings.kv_unified ? 1 : std::max(1U, question_.settings.parallel);
  const std::uint64_t of_model = std::uint64_t{question_.model.context_limit_tokens} * slots;
  const auto limit = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(of_model != 0 ? of_model : std::uint64_t{asked}, k_step, k_longest_context));
  const std::uint32_t most = limit / k_step;

  // Scratch buffers are the largest of several sums, each linear in the context. Between two measured contexts the
  // straight line is therefore never too low.
  SiteBytes low = compute_;
  std::uint32_t low_at = given / k_step;
  set_context(question_, most * k_step);
  const SiteBytes high = scratch(true);
  const auto headroom = [&](std::uint32_t steps) {
    const double share = most > low_at ? std::clamp((steps - static_cast<double>(low_at)) / (most - low_at), 0.0, 1.0) : 1.0;
    for (std::uint32_t site = 0; site < question_.sites.count; ++site) {
      const auto from = static_cast<double>(low[site]), to = static_cast<double>(high[site]);
      compute_[site] = static_cast<std::uint64_t>(from + std::max(0.0, to - from) * share);
    }
    return headroom_at(steps * k_step, moves, found);
  };
  std::optional<std::uint32_t> largest;
  const std::int64_t at_most = headroom(most);
  const std::int64_t at_least = at_most >= 0 ? 0 : headroom(1);
  if (at_most >= 0) {
    largest = most * k_step;
  } else if (at_least >= 0) {
    largest = k_step * last_that_fits(1, at_least, most, at_most, headroom);
  }
  if (largest && *largest != most * k_step && moves != Freedom::none) {
    // Which split is found depends on the holes between scratch tensors; make sure that one is. A quick look goes ahead of
    // the exact one, which mostly is needed once.
    const bool as_asked = question_.ranking;
    const auto step_down = [&] {
      *largest = std::max(k_step, *largest - static_cast<std::uint32_t>(pad_up(*largest / 32, k_step)));
    };
    question_.ranking = true;
    for (int tries = 0; tries < 4 && !find_at(*largest); ++tries) step_down();
    question_.ranking = as_asked;
    for (int tries = 0; tries < 2 && !find_at(*largest); ++tries) step_down();
  }
  set_context(question_, given);
  return largest;
}

}  // namespace canirun
