// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/read_rate.hpp"
#include "probe/vendor/gpu_answer.hpp"

namespace canirun::bench {

/// Copies within the memory of one GPU, as CUDA or Vulkan did them, or why there are none.
struct GpuCopies {
  std::string device;  ///< of the machine: "gpu0"; "" for what is none of its GPUs
  std::string name, driver;
  std::string by;                       ///< who copied: "CUDA", "Vulkan"; "" when nobody said anything
  std::optional<Repeated> bytes_per_s;  ///< read plus written
  std::uint64_t buffer_bytes = 0;
  bool is_software = false;  ///< a driver that computes on the processor: never taken for a GPU
  bool is_steady = false;    ///< repetitions lie close together
  std::string why_not;
};

/// Whether copies by this library tell anything of the memory's bandwidth. Vulkan's on NVIDIA's cards are made by an engine
/// for the bus: an H100 SXM copied 842 GB/s by Vulkan (driver 580.159, 2026-11), a quarter of its bandwidth, while llama.cpp
/// read 1.3 TB/s on it. The same holds for figures that do not say who copied.
bool copies_tell_bandwidth(Vendor vendor, std::string_view by);

/// One entry for each GPU of the machine, in its order, then the software drivers. A card that two drivers list counts with
/// the faster of them, and NVIDIA's with CUDA's figure where there is one. `answers` may be about other GPUs, or about none.
std::vector<GpuCopies> match_gpu_copies(const Machine& machine, const probe::GpuAnswers& answers);

}  // namespace canirun::bench
