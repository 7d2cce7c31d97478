// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "probe/vendor/gpu_answer.hpp"

/// How copies within a GPU's memory are timed, whoever does them. A copy reads and writes each byte: the rate is twice the
/// bytes over the time. Only in the child process.
namespace canirun::probe {

/// Two buffers of this size are more than any GPU's last cache but a few, which only makes them look faster.
inline constexpr std::uint64_t k_most_copied_bytes = std::uint64_t{256} << 20U,
                               k_least_copied_bytes = std::uint64_t{16} << 20U;
/// No new card is begun after this long.
inline constexpr double k_all_gpus_s = 5;

double copy_clock_s();

/// Of each of two buffers: an eighth of what is free, in whole MiB; 0 when that is too little to say anything.
std::uint64_t copy_buffer_bytes(std::uint64_t free_bytes);

/// Rates of the repetitions in bytes per second, or why there are none.
struct TimedCopies {
  std::vector<double> bytes_per_s;
  std::string trouble;
};
/// Copies until the card's memory is awake and then for a third of a second. `copy` does that many one after the other, says
/// how many seconds they took, and returns "" or what went wrong.
TimedCopies time_copies(const std::function<std::string(std::uint32_t copies, double& seconds)>& copy, std::uint64_t bytes);

/// The lines of the answer: a rate with its spread, or why there is none.
void write_timed_copies(const AnswerWriter& answer, TimedCopies timed, std::uint64_t bytes);

}  // namespace canirun::probe
