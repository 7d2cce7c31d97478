// SPDX-License-Identifier: MIT
#include "probe/gpu_copies.hpp"

#include "probe/vendor/driver_query.hpp"

namespace canirun::probe {

GpuAnswers measure_gpu_copies(const ProbeOptions& options, double timeout_s) {
  ProbeOptions patient = options;
  patient.vendor_timeout_s = timeout_s;
  Context context{.options = patient, .fs = FsRoot(options.root), .machine = {}, .heard = {}};
  const std::optional<std::string> said = driver_answer(context, "vulkan-copies");
  return said ? parse_gpu_answers(*said) : GpuAnswers{.version = {}, .gpus = {}, .trouble = "Vulkan was not asked"};
}

}  // namespace canirun::probe
