// SPDX-License-Identifier: MIT
#include "probe/vendor/gpu_copy_timing.hpp"

#include <algorithm>
#include <chrono>

namespace canirun::probe {
namespace {

constexpr std::uint64_t k_mib = std::uint64_t{1} << 20U;
/// An idle card wakes its memory's clock up while it works.
constexpr double k_warming_s = 0.25, k_timed_s = 0.3, k_submit_s = 0.02;
constexpr std::uint32_t k_most_copies = 512, k_most_submits = 64, k_least_submits = 3;

}  // namespace

double copy_clock_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::uint64_t copy_buffer_bytes(std::uint64_t free_bytes) {
  const std::uint64_t bytes = std::min(free_bytes / 8, k_most_copied_bytes) / k_mib * k_mib;
  return bytes < k_least_copied_bytes ? 0 : bytes;
}

TimedCopies time_copies(const std::function<std::string(std::uint32_t, double&)>& copy, std::uint64_t bytes) {
  TimedCopies timed;
  std::uint32_t copies = 1;
  const double from_s = copy_clock_s();
  double seconds = 0;
  for (std::uint32_t i = 0; i < k_most_submits && timed.trouble.empty(); ++i) {
    timed.trouble = copy(copies, seconds);
    const double each_s = std::max(seconds / copies, 1e-7);
    copies = static_cast<std::uint32_t>(std::clamp(k_submit_s / each_s, 1.0, double{k_most_copies}));
    if (copy_clock_s() - from_s >= k_warming_s) break;
  }
  const double timed_from_s = copy_clock_s();
  for (std::uint32_t i = 0; i < k_most_submits && timed.trouble.empty(); ++i) {
    timed.trouble = copy(copies, seconds);
    if (timed.trouble.empty() && seconds > 0)
      timed.bytes_per_s.push_back(2.0 * static_cast<double>(bytes) * copies / seconds);
    if (i + 1 >= k_least_submits && copy_clock_s() - timed_from_s >= k_timed_s) break;
  }
  return timed;
}

void write_timed_copies(const AnswerWriter& answer, TimedCopies timed, std::uint64_t bytes) {
  if (!timed.trouble.empty()) return answer.line("no_copy", timed.trouble);
  std::vector<double>& rates = timed.bytes_per_s;
  if (rates.empty()) return;
  std::sort(rates.begin(), rates.end());
  const auto at = [&](double share) {
    return rates[static_cast<std::size_t>(share * static_cast<double>(rates.size() - 1))];
  };
  const double median = at(0.5);
  answer.number("copy_bytes_per_s", static_cast<std::uint64_t>(std::min(median, 1e18)));
  answer.number("copy_spread_permille", static_cast<std::uint64_t>(std::min(1e6, 1000 * (at(0.9) - at(0.1)) / median)));
  answer.number("copy_repetitions", rates.size());
  answer.number("copy_buffer_bytes", bytes);
}

}  // namespace canirun::probe
