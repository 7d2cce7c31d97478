// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/read_rate.hpp"
#include "probe/vendor/gpu_answer.hpp"

namespace canirun::bench {

/// Copies within the memory of one GPU, as Vulkan did them, or why there are none.
struct GpuCopies {
  std::string device;  ///< of the machine: "gpu0"; "" for what is none of its GPUs
  std::string name, driver;
  std::optional<Repeated> bytes_per_s;  ///< read plus written
  std::uint64_t buffer_bytes = 0;
  bool is_software = false;  ///< a driver that computes on the processor: never taken for a GPU
  bool is_steady = false;    ///< repetitions lie close together
  std::string why_not;
};

/// One entry for each GPU of the machine, in its order, then the software drivers. A card that two drivers list counts with
/// the faster of them. `answers` may be about other GPUs, or about none.
std::vector<GpuCopies> match_gpu_copies(const Machine& machine, const probe::GpuAnswers& answers);

}  // namespace canirun::bench
