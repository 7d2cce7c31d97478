// SPDX-License-Identifier: MIT
#include "probe/gpu_copies.hpp"

#include <algorithm>
#include <iterator>

#include "probe/vendor/driver_query.hpp"

namespace canirun::probe {
namespace {

/// One library's answer; its GPUs say whose it is. `known_as`: the name under which tests choose another library.
GpuAnswers ask(const ProbeOptions& options, const char* name, const char* known_as, const char* by) {
  ProbeOptions renamed = options;
  if (const auto chosen = options.driver_libraries.find(known_as); chosen != options.driver_libraries.end())
    renamed.driver_libraries[name] = chosen->second;
  Context asked{.options = renamed, .fs = FsRoot(options.root), .machine = {}, .heard = {}};
  const std::optional<std::string> said = driver_answer(asked, name);
  GpuAnswers answers =
      said ? parse_gpu_answers(*said) : GpuAnswers{.version = {}, .gpus = {}, .trouble = std::string(by) + " was not asked"};
  for (GpuAnswer& gpu : answers.gpus) gpu.asked = by;
  return answers;
}

}  // namespace

GpuAnswers measure_gpu_copies(const ProbeOptions& options, double timeout_s) {
  ProbeOptions patient = options;
  patient.vendor_timeout_s = timeout_s;
  GpuAnswers cuda = ask(patient, "cuda-copies", "cuda-copies", "CUDA");
  const bool measured =
      std::any_of(cuda.gpus.begin(), cuda.gpus.end(), [](const GpuAnswer& gpu) { return gpu.copy_bytes_per_s.has_value(); });
  GpuAnswers all = ask(patient, measured ? "vulkan-copies-others" : "vulkan-copies", "vulkan-copies", "Vulkan");
  // Of a card that both list, what CUDA says comes first.
  all.gpus.insert(all.gpus.begin(), std::make_move_iterator(cuda.gpus.begin()), std::make_move_iterator(cuda.gpus.end()));
  return all;
}

}  // namespace canirun::probe
