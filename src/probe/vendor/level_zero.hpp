// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"
#include "probe/vendor/gpu_answer.hpp"

namespace canirun::probe {

/// Intel's GPUs of this machine, asked through Level Zero where its loader is installed: names, cores, clocks, and memory
/// where the kernel's driver did not tell. What is known already stays.
void ask_level_zero(Context& context);

/// What an answer adds to a GPU: name, cores and clock where there are none, memory where its size is not known.
void add_gpu_answer(Machine& machine, Device& device, const GpuAnswer& answer, std::string_view source);

}  // namespace canirun::probe
