// SPDX-License-Identifier: MIT
// How fast GPUs copy within their own memory. A copy reads and writes each byte: the rate is twice the bytes over the time.
#include <algorithm>
#include <chrono>
#include <vector>

#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/vulkan_copier.hpp"

namespace canirun::probe {
namespace {

using namespace vulkan;

constexpr std::uint64_t k_mib = std::uint64_t{1} << 20U;
/// Two of these are more than any GPU's last cache but a few, which only makes them look faster.
constexpr std::uint64_t k_most_bytes = 256 * k_mib, k_least_bytes = 16 * k_mib;
/// An idle card wakes its memory's clock up while it works.
constexpr double k_warming_s = 0.25, k_timed_s = 0.3, k_submit_s = 0.02;
constexpr double k_all_gpus_s = 5;
constexpr std::uint32_t k_most_copies = 512, k_most_submits = 64, k_least_submits = 3;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Of each buffer: an eighth of what is free, in whole MiB.
std::uint64_t buffer_bytes(const Memory& memory, std::uint32_t heap) {
  const std::uint64_t there = memory.properties.heap[heap].bytes;
  const std::uint64_t free = std::min(memory.free_bytes(heap).value_or(there), there);
  return std::min(free / 8, k_most_bytes) / k_mib * k_mib;
}

struct Timed {
  std::vector<double> bytes_per_s;
  std::string trouble;
};

Timed time_copies(Copier& copier, std::uint64_t bytes) {
  Timed timed;
  timed.trouble = copier.fill();
  std::uint32_t copies = 1;
  const double from_s = now_s();
  double seconds = 0;
  for (std::uint32_t i = 0; i < k_most_submits && timed.trouble.empty(); ++i) {
    timed.trouble = copier.copy(copies, seconds);
    const double each_s = std::max(seconds / copies, 1e-7);
    copies = static_cast<std::uint32_t>(std::clamp(k_submit_s / each_s, 1.0, double{k_most_copies}));
    if (now_s() - from_s >= k_warming_s) break;
  }
  const double timed_from_s = now_s();
  for (std::uint32_t i = 0; i < k_most_submits && timed.trouble.empty(); ++i) {
    timed.trouble = copier.copy(copies, seconds);
    if (timed.trouble.empty() && seconds > 0)
      timed.bytes_per_s.push_back(2.0 * static_cast<double>(bytes) * copies / seconds);
    if (i + 1 >= k_least_submits && now_s() - timed_from_s >= k_timed_s) break;
  }
  return timed;
}

void write_rate(const AnswerWriter& answer, std::vector<double> rates, std::uint64_t bytes) {
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

void write_copies(const AnswerWriter& answer, const Instance& instance, Handle device, double until_s) {
  const Properties properties = instance.properties(device);
  answer.line("gpu", "");
  write_identity(answer, instance, device, properties);
  const Memory memory = memory_of(instance, device, properties);
  const std::optional<std::uint32_t> heap = memory.own_heap();
  const std::uint64_t bytes = heap ? buffer_bytes(memory, *heap) : 0;
  if (!heap) {
    answer.line("no_copy", "it has no memory of its own");
  } else if (bytes < k_least_bytes) {
    answer.line("no_copy", "too little of its memory is free");
  } else if (now_s() > until_s) {
    answer.line("no_copy", "the time for it was over");
  } else {
    Copier copier(instance, device);
    const std::string trouble = copier.prepare(memory.properties, *heap, bytes);
    const Timed timed = trouble.empty() ? time_copies(copier, bytes) : Timed{.bytes_per_s = {}, .trouble = trouble};
    if (!timed.trouble.empty()) {
      answer.line("no_copy", timed.trouble);
    } else if (!timed.bytes_per_s.empty()) {
      write_rate(answer, timed.bytes_per_s, bytes);
    }
    answer.line("end_gpu", "");  // said before the driver cleans up, where some of them crash
    return;
  }
  answer.line("end_gpu", "");
}

}  // namespace

void write_vulkan_copies(const std::string& path, int fd) {
  const AnswerWriter answer(fd);
  const double until_s = now_s() + k_all_gpus_s;
  const DriverLibrary library(path, vulkan_names());
  const std::optional<Instance> instance = start(library, answer);
  if (!instance) return;
  vulkan::Result counted = k_success;
  for (const Handle device : instance->devices(counted)) write_copies(answer, *instance, device, until_s);
  if (counted != k_success) answer.line("trouble", "Vulkan does not list its GPUs: " + reason(counted));
  answer.line("end", "");
  instance->destroy();
}

}  // namespace canirun::probe
