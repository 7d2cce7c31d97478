// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/cpu_features.hpp"

namespace canirun::bench {

/// A figure that was measured several times.
struct Repeated {
  double typical = 0;  ///< the upper quartile: what is reached while nobody disturbs
  double spread = 0;   ///< 90th minus 10th percentile, over the typical one
  std::uint32_t repetitions = 0;
};
/// Nothing without any.
std::optional<Repeated> summarise(std::vector<double> values);

/// Bytes a second that `threads` threads read from buffers of their own, each of `bytes`, together; reading again and again
/// for `seconds`. Threads stay on `cpus` (system numbers), one after the other; empty: wherever the system puts them. Each
/// buffer is filled by the thread that reads it, so that it lies in that thread's own node. Nothing when the threads or the
/// memory cannot be had.
std::optional<Repeated> measure_read_rate(std::uint32_t threads, std::size_t bytes, double seconds,
                                          const std::vector<unsigned>& cpus, Kernels kernels);

/// Processors this process may run on; empty where the system does not say.
std::vector<unsigned> allowed_cpus();
/// Keeps the calling thread on one processor, where the system can.
void stay_on(unsigned cpu);

}  // namespace canirun::bench
