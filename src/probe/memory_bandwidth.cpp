// SPDX-License-Identifier: MIT
#include "probe/memory_bandwidth.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

#include "probe/meeting_point.hpp"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace canirun::probe {
namespace {

constexpr std::size_t k_bytes_per_thread = std::size_t{2} << 20;
constexpr std::size_t k_line_bytes = 64;
constexpr int k_passes = 8;  // the first ones wake the clocks up; a busy neighbour spoils some of the rest
constexpr std::uint32_t k_most_threads = 8;

#if defined(__x86_64__)
constexpr bool k_can_flush = true;
void flush_line(const char* line) { _mm_clflush(line); }
void flush_done() { _mm_mfence(); }
#elif defined(__aarch64__)
constexpr bool k_can_flush = true;
void flush_line(const char* line) { asm volatile("dc civac, %0" ::"r"(line) : "memory"); }
void flush_done() { asm volatile("dsb ish" ::: "memory"); }
#else
constexpr bool k_can_flush = false;
void flush_line(const char*) {}
void flush_done() {}
#endif

void flush(const std::vector<std::uint64_t>& buffer) {
  const auto* bytes = reinterpret_cast<const char*>(buffer.data());
  for (std::size_t at = 0; at < buffer.size() * sizeof(std::uint64_t); at += k_line_bytes) flush_line(bytes + at);
  flush_done();
}

/// Four chains, so that the adder is never what is measured.
std::uint64_t read_all(const std::vector<std::uint64_t>& buffer) {
  std::array<std::uint64_t, 4> sums{};
  for (std::size_t i = 0; i + 4 <= buffer.size(); i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += buffer[i + lane];
  }
  return sums[0] + sums[1] + sums[2] + sums[3];
}

using Clock = std::chrono::steady_clock;
struct Pass {
  Clock::time_point begin, end;
};

/// Seconds from the first thread's start to the last one's end, of the third quickest pass: neither a lucky moment of a
/// shared host nor a busy one.
double typical(const std::vector<std::array<Pass, k_passes>>& by_thread) {
  std::array<double, k_passes> seconds{};
  for (std::size_t pass = 0; pass < k_passes; ++pass) {
    Pass whole = by_thread.front()[pass];
    for (const auto& passes : by_thread) {
      whole.begin = std::min(whole.begin, passes[pass].begin);
      whole.end = std::max(whole.end, passes[pass].end);
    }
    seconds[pass] = std::chrono::duration<double>(whole.end - whole.begin).count();
  }
  std::nth_element(seconds.begin(), seconds.begin() + 2, seconds.end());
  return seconds[2];
}

}  // namespace

std::optional<double> measure_read_bandwidth(std::uint32_t cores) {
  if (!k_can_flush) return std::nullopt;
  const std::uint32_t wanted = std::clamp(cores, 1U, k_most_threads);
  std::vector<std::array<Pass, k_passes>> by_thread(wanted);
  MeetingPoint together(wanted);
  std::atomic<std::uint64_t> keep{0};  // the compiler must not see that nobody wants the sums

  const auto work = [&](std::uint32_t self) {
    const std::vector<std::uint64_t> buffer(k_bytes_per_thread / sizeof(std::uint64_t), self + 1);
    for (Pass& pass : by_thread[self]) {
      flush(buffer);
      together.arrive_and_wait();
      pass.begin = Clock::now();
      keep += read_all(buffer);
      pass.end = Clock::now();
      together.arrive_and_wait();
    }
  };

  std::vector<std::thread> threads;
  try {
    for (std::uint32_t i = 1; i < wanted; ++i) threads.emplace_back(work, i);
  } catch (const std::system_error&) {
    // No more threads to be had (a pids limit): stand in for the missing ones at the barrier and give up.
    for (std::size_t i = threads.size(); i < wanted; ++i) together.arrive_and_drop();
    for (std::thread& thread : threads) thread.join();
    return std::nullopt;
  }
  work(0);
  for (std::thread& thread : threads) thread.join();

  const double seconds = typical(by_thread);
  return seconds > 0 ? std::optional(static_cast<double>(wanted * k_bytes_per_thread) / seconds) : std::nullopt;
}

}  // namespace canirun::probe
