// SPDX-License-Identifier: MIT
#include "bench/read_rate.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <new>
#include <system_error>
#include <thread>

#include "probe/meeting_point.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

namespace canirun::bench {
namespace {

constexpr std::size_t k_least_passes = 4, k_most_passes = 4096;

template <std::size_t bytes>
struct Lanes {
  using Type [[gnu::vector_size(bytes)]] = std::uint64_t;
};

/// Eight chains, so that the adder is never what is measured.
template <std::size_t width>
[[gnu::always_inline]] inline std::uint64_t sum_of(const std::uint64_t* data, std::size_t count) {
  using V = typename Lanes<width>::Type;
  constexpr std::size_t k_chains = 8, k_step = k_chains * width / sizeof(std::uint64_t);
  V sums[k_chains] = {};
  for (std::size_t i = 0; i + k_step <= count; i += k_step) {
    const auto* at = reinterpret_cast<const V*>(data + i);
    for (std::size_t chain = 0; chain < k_chains; ++chain) sums[chain] += at[chain];
  }
  V all = sums[0];
  for (std::size_t chain = 1; chain < k_chains; ++chain) all += sums[chain];
  std::uint64_t sum = 0;
  for (std::size_t lane = 0; lane < width / sizeof(std::uint64_t); ++lane) sum += all[lane];
  return sum;
}

std::uint64_t sum_plain(const std::uint64_t* data, std::size_t count) { return sum_of<16>(data, count); }
#if defined(__x86_64__)
[[gnu::target("avx2")]] std::uint64_t sum_avx2(const std::uint64_t* data, std::size_t count) {
  return sum_of<32>(data, count);
}
[[gnu::target("avx512f")]] std::uint64_t sum_avx512(const std::uint64_t* data, std::size_t count) {
  return sum_of<64>(data, count);
}
#endif

using Sum = std::uint64_t (*)(const std::uint64_t*, std::size_t);
Sum sum_with([[maybe_unused]] Kernels kernels) {
#if defined(__x86_64__)
  if (kernels == Kernels::avx512 || kernels == Kernels::avx512_vnni) return sum_avx512;
  if (kernels == Kernels::avx2 || kernels == Kernels::avx_vnni) return sum_avx2;
#endif
  return sum_plain;
}

/// Memory in whole cache lines.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes)
      : count_(bytes / sizeof(std::uint64_t)),
        data_(static_cast<std::uint64_t*>(::operator new(count_ * sizeof(std::uint64_t), k_line, std::nothrow))) {
    if (data_ != nullptr) std::fill_n(data_, count_, 1);
  }
  ~Buffer() { ::operator delete(data_, k_line); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  [[nodiscard]] const std::uint64_t* data() const { return data_; }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  static constexpr std::align_val_t k_line{64};
  std::size_t count_;
  std::uint64_t* data_;
};

using Clock = std::chrono::steady_clock;
double now_s() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }

}  // namespace

std::optional<Repeated> summarise(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
  };
  Repeated result;
  result.typical = at(0.75);
  if (!(result.typical > 0)) return std::nullopt;
  result.spread = (at(0.9) - at(0.1)) / result.typical;
  result.repetitions = static_cast<std::uint32_t>(values.size());
  return result;
}

std::optional<Repeated> measure_read_rate(std::uint32_t threads, std::size_t bytes, double seconds,
                                          const std::vector<unsigned>& cpus, Kernels kernels) {
  if (threads == 0 || bytes < 64 * sizeof(std::uint64_t)) return std::nullopt;
  const Sum sum = sum_with(kernels);
  probe::MeetingPoint together(threads);
  std::atomic<std::uint64_t> keep{0};  // the compiler must not see that nobody wants the sums
  std::atomic<bool> failed{false}, over{false};
  std::vector<double> ends(threads, 0), rates;

  const auto work = [&](std::uint32_t self) {
    if (!cpus.empty()) stay_on(cpus[self % cpus.size()]);
    const Buffer buffer(bytes);
    if (buffer.data() == nullptr) failed = true;
    together.arrive_and_wait();
    const double deadline_s = now_s() + seconds;
    for (std::size_t pass = 0; pass < k_most_passes && !failed && !over; ++pass) {
      together.arrive_and_wait();
      const double begin_s = now_s();
      keep += sum(buffer.data(), buffer.count());
      ends[self] = now_s();
      together.arrive_and_wait();
      if (self == 0) {
        // The first pass wakes the clocks up.
        const double took_s = *std::max_element(ends.begin(), ends.end()) - begin_s;
        if (pass > 0 && took_s > 0) rates.push_back(static_cast<double>(bytes) * threads / took_s);
        over = pass + 1 >= k_least_passes && now_s() > deadline_s;
      }
      together.arrive_and_wait();
    }
  };

  std::vector<std::thread> others;
  try {
    for (std::uint32_t i = 1; i < threads; ++i) others.emplace_back(work, i);
  } catch (const std::system_error&) {
    failed = true;  // no more threads to be had: stand in for the missing ones
    for (std::size_t i = others.size() + 1; i < threads; ++i) together.arrive_and_drop();
  }
  std::thread first;
  try {
    first = std::thread(work, 0U);  // so that this thread stays where it was
    first.join();
  } catch (const std::system_error&) {
    failed = true;
    together.arrive_and_drop();
  }
  for (std::thread& thread : others) thread.join();
  return failed ? std::nullopt : summarise(std::move(rates));
}

std::vector<unsigned> allowed_cpus() {
  std::vector<unsigned> cpus;
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
  }
#endif
  return cpus;
}

void stay_on([[maybe_unused]] unsigned cpu) {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
#endif
}

}  // namespace canirun::bench
