// SPDX-License-Identifier: MIT
#include "report/phrases.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <canirun/calibration.hpp>
#include <canirun/names.hpp>
#include <canirun/units.hpp>
#include <vector>

#include "report/numbers.hpp"

namespace canirun::report {
namespace {

bool is_gpu(const Device& device) {
  return device.kind == DeviceKind::discrete_gpu || device.kind == DeviceKind::integrated_gpu;
}

std::vector<const Device*> gpus(const Machine& machine) {
  std::vector<const Device*> found;
  for (const Device& device : machine.devices) {
    if (is_gpu(device)) found.push_back(&device);
  }
  return found;
}

/// Total, and free when it is known for every pool.
struct Space {
  std::uint64_t total_bytes = 0;
  std::optional<std::uint64_t> free_bytes = 0;
  void add(const MemoryPool& pool) {
    total_bytes += pool.total_bytes;
    free_bytes = free_bytes && pool.free_bytes ? std::optional(*free_bytes + *pool.free_bytes) : std::nullopt;
  }
};
std::string space_phrase(const Space& space) {
  return space.free_bytes ? fmt::format("{} of {} GiB free", format_gib(*space.free_bytes), format_gib(space.total_bytes))
                          : format_binary_bytes(space.total_bytes);
}

}  // namespace

std::string words_for(UsabilityLevel level) {
  return level == UsabilityLevel::batch_only ? "batch only" : std::string(name_of(level));
}
std::string words_for(CapabilityLevel level) {
  switch (level) {
    case CapabilityLevel::unknown:
      return "no evidence";
    case CapabilityLevel::not_a_substitute:
      return "not a substitute";
    case CapabilityLevel::assists:
      return "assists";
    case CapabilityLevel::close:
      return "close";
    case CapabilityLevel::equal_or_better:
      return "on par or better";
  }
  return "no evidence";
}
std::string words_for(FitStatus status) {
  switch (status) {
    case FitStatus::fits:
      return "fits";
    case FitStatus::fits_offloaded:
      return "fits, split";
    case FitStatus::does_not_fit:
      break;
  }
  return "does not fit";
}
std::string words_for(Task task) {
  switch (task) {
    case Task::summarise:
      return "summarising";
    case Task::structured:
      return "structured output";
    default:
      return std::string(name_of(task));
  }
}
std::string words_for(canirun::Answer answer) {
  switch (answer) {
    case canirun::Answer::run_local:
      return "run it locally";
    case canirun::Answer::use_api:
      return "use an API";
    case canirun::Answer::hybrid:
      return "run it locally and use an API";
    case canirun::Answer::rent:
      return "rent a GPU";
    case canirun::Answer::cannot_run:
      break;
  }
  return "it does not run here";
}
std::string words_for(Bottleneck bottleneck) {
  std::string text(name_of(bottleneck));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

Mark mark_of(UsabilityLevel level) {
  if (level >= UsabilityLevel::comfortable) return Mark::yes;
  return level == UsabilityLevel::unusable ? Mark::no : Mark::partly;
}
Mark mark_of(CapabilityLevel level) {
  switch (level) {
    case CapabilityLevel::equal_or_better:
      return Mark::yes;
    case CapabilityLevel::close:
      return Mark::about;
    case CapabilityLevel::not_a_substitute:
      return Mark::no;
    case CapabilityLevel::unknown:
    case CapabilityLevel::assists:
      break;
  }
  return Mark::partly;
}
Mark mark_of(FitStatus status) {
  return status == FitStatus::fits ? Mark::yes : status == FitStatus::fits_offloaded ? Mark::partly : Mark::no;
}

std::string short_name(std::string_view name) {
  static constexpr std::array<std::string_view, 12> k_filler{"NVIDIA ",  "AMD ",       "Intel(R) ", "Intel ",
                                                             "GeForce ", "(R)",        "(TM)",      "(tm)",
                                                             " CPU",     " Processor", "Apple ",    "Graphics "};
  std::string text(name.substr(0, name.find(" @ ")));
  for (const std::string_view filler : k_filler) {
    if (const auto at = text.find(filler); at != std::string::npos && text.size() > filler.size())
      text.erase(at, filler.size());
  }
  return text;
}

std::string machine_name(const Machine& machine) {
  const std::vector<const Device*> cards = gpus(machine);
  if (cards.empty()) return machine.cpu.name.empty() ? "this CPU" : short_name(machine.cpu.name);
  std::string text;
  for (std::size_t i = 0; i < cards.size();) {
    std::size_t same = i;
    while (same < cards.size() && cards[same]->name == cards[i]->name) ++same;
    if (!text.empty()) text += " + ";
    const std::string name = cards[i]->name.empty() ? "unknown GPU" : short_name(cards[i]->name);
    text += same - i > 1 ? fmt::format("{}x {}", same - i, name) : name;
    i = same;
  }
  return text;
}

std::string pool_phrase(const MemoryPool& pool) {
  Space space;
  space.add(pool);
  return space_phrase(space);
}

std::string machine_phrase(const Machine& machine) {
  // The memory that decides: the GPUs' own, else the one memory there is.
  Space space;
  const bool has_gpu_pool = std::any_of(machine.pools.begin(), machine.pools.end(),
                                        [](const MemoryPool& pool) { return pool.kind == PoolKind::gpu; });
  for (const MemoryPool& pool : machine.pools) {
    if (!has_gpu_pool || pool.kind == PoolKind::gpu) space.add(pool);
  }
  return machine_name(machine) + ", " + space_phrase(space);
}

std::string parts_phrase(const MemoryParts& parts) {
  const std::vector<std::pair<std::string_view, std::uint64_t>> shown{{"weights", parts.weights_bytes},
                                                                      {"CPU copy", parts.repacked_weights_bytes},
                                                                      {"KV cache", parts.kv_cache_bytes},
                                                                      {"state", parts.recurrent_state_bytes},
                                                                      {"buffers", parts.compute_bytes + parts.output_bytes},
                                                                      {"driver", parts.runtime_overhead_bytes}};
  std::string text;
  for (const auto& [name, bytes] : shown) {
    if (bytes > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, format_gib(bytes));
  }
  return text;
}

std::string placement_phrase(const Machine& machine, const ModelSpec& model, const Placement& placement) {
  const std::size_t layers = model.layers.size();
  const std::size_t on_gpu = std::min<std::size_t>(placement.gpu_layers, layers);
  if (gpus(machine).empty()) return fmt::format("all {} layers on the CPU", layers);
  if (placement.expert_layers_on_cpu > 0) {
    return fmt::format("experts of {} of {} layers in host memory, the rest on the GPU", placement.expert_layers_on_cpu,
                       layers);
  }
  if (on_gpu == 0) return "no layers on a GPU";
  if (on_gpu == layers) return fmt::format("all {} layers on the GPU", layers);
  return fmt::format("{} of {} layers on the GPU, the rest on the CPU", on_gpu, layers);
}

std::string place_phrase(const Machine& machine, const ModelSpec& model, const Placement& placement) {
  const std::size_t layers = model.layers.size();
  const std::size_t on_gpu = std::min<std::size_t>(placement.gpu_layers, layers), cards = gpus(machine).size();
  if (placement.status == FitStatus::does_not_fit) return placement.fits_idle ? "fits only when idle" : "does not fit";
  if (cards == 0 || on_gpu == 0) return "memory";
  if (placement.expert_layers_on_cpu > 0)
    return fmt::format("{} of {} experts on CPU", placement.expert_layers_on_cpu, layers);
  if (on_gpu < layers) return fmt::format("{} of {} on GPU", on_gpu, layers);
  return cards > 1 ? fmt::format("{} GPUs", cards) : "GPU";
}

std::string fit_heading(const Machine& machine, const Placement& placement) {
  if (placement.status == FitStatus::does_not_fit) return placement.fits_idle ? "fits only when idle" : "does not fit";
  if (placement.status == FitStatus::fits_offloaded)
    return placement.gpu_layers == 0 ? "fits, CPU only" : "fits, GPU and CPU";
  const bool own_memory = std::any_of(machine.pools.begin(), machine.pools.end(),
                                      [](const MemoryPool& pool) { return pool.kind == PoolKind::gpu; });
  if (!own_memory || placement.gpu_layers == 0) return "fits in memory";
  const std::size_t count = gpus(machine).size();
  return count > 1 ? fmt::format("fits on {} GPUs", count) : "fits on the GPU";
}

Mark fit_mark(const Placement& placement) {
  return placement.status == FitStatus::does_not_fit && placement.fits_idle ? Mark::partly : mark_of(placement.status);
}

std::string context_phrase(const EngineSettings& settings) {
  const std::string reserved = format_context(settings.context_tokens);
  if (settings.parallel <= 1) return reserved + " context";
  const std::uint32_t each = context_of_a_request(settings);
  if (each != settings.context_tokens)
    return fmt::format("{} context ({} for each of {})", reserved, format_context(each), settings.parallel);
  return settings.kv_unified ? fmt::format("{} context for {} together", reserved, settings.parallel)
                             : fmt::format("{} x {} context", settings.parallel, reserved);
}

std::vector<std::string> assumption_phrases(const Machine& machine, const MemoryEstimate& memory) {
  std::vector<std::string> phrases;
  if (!machine.origin.starts_with("--on ") || machine.pools.empty()) return phrases;
  // The table of words lies there always; it is a part of the model that makes it matter.
  constexpr std::uint64_t k_much = 2 * k_gib;
  const bool only_host = std::all_of(machine.devices.begin(), machine.devices.end(),
                                     [](const Device& device) { return device.kind == DeviceKind::cpu; });
  const bool host_works = only_host || std::any_of(memory.pools.begin(), memory.pools.end(), [&](const PoolMemory& used) {
                            return used.pool == 0 && used.parts.weights_bytes > k_much;
                          });
  const MemoryPool& host = machine.pools.front();
  if (host_works && host.kind == PoolKind::host && host.total_basis == Basis::assumed)
    phrases.push_back(fmt::format("{} of host memory assumed: --ram says otherwise", format_binary_bytes(host.total_bytes)));
  // The processor's notes are in `canirun hw`; those on what was named say that another version would answer differently.
  constexpr std::array<std::string_view, 3> k_of_the_host{"cpu", "memory", "cpu cores"};
  for (const ProbeNote& note : machine.notes) {
    if (std::find(k_of_the_host.begin(), k_of_the_host.end(), note.fact) == k_of_the_host.end())
      phrases.push_back(fmt::format("{}: {}", note.fact, note.reason));
  }
  return phrases;
}

std::string reference_name(const Answer& answer) {
  const std::string& reference = answer.assessment.capability.reference;
  for (const ApiCost& api : answer.assessment.cost.api) {
    if (api.price_id == reference) return api.name;
  }
  return reference.empty() ? "the API model" : reference;
}

std::string stolen_time_phrase(const Machine& machine) {
  const double share = stolen_share(machine);
  if (!(share > 0)) return {};
  return fmt::format("other guests of the host took {} of the processor's time since boot", format_percent(share));
}

std::string provenance_phrase(const Provenance& provenance) {
  std::string text(name_of(provenance.basis));
  if (!provenance.source.empty()) text += ": " + provenance.source;
  if (!provenance.retrieved.empty()) text += " (" + provenance.retrieved + ")";
  return text;
}

}  // namespace canirun::report
