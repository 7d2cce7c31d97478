// SPDX-License-Identifier: MIT
#pragma once
#include "probe/probe.hpp"
#include "probe/vendor/gpu_answer.hpp"

namespace canirun::probe {

/// How fast each GPU that CUDA or Vulkan lists copies within its own memory, in child processes of a few seconds. NVIDIA's
/// cards by CUDA, and by Vulkan only where CUDA measures none of them. Only when asked: it takes a part of the cards' memory
/// and wakes them up. What went wrong stands in the answers. Call before threads are
/// started. After `timeout_s` whatever was said until then is the answer: starting the drivers and five seconds of copies
/// fit into the usual one, with a card that does not answer.
GpuAnswers measure_gpu_copies(const ProbeOptions& options = {}, double timeout_s = 9);

}  // namespace canirun::probe
