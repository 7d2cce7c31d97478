// SPDX-License-Identifier: MIT
#pragma once
#include "probe/probe.hpp"
#include "probe/vendor/gpu_answer.hpp"

namespace canirun::probe {

/// How fast each GPU that Vulkan lists copies within its own memory, in a child process of a few seconds. Only when asked:
/// it takes a part of the cards' memory and wakes them up. What went wrong stands in the answers. Call before threads are
/// started.
GpuAnswers measure_gpu_copies(const ProbeOptions& options = {});

}  // namespace canirun::probe
