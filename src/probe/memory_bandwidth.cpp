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

constexpr std::size_t k_kib = 1024;
/// Of all threads together, and of one: less is over before all of them have begun.
constexpr std::size_t k_all_bytes = 8192 * k_kib, k_least_bytes = 512 * k_kib, k_most_bytes = 2048 * k_kib;
constexpr std::size_t k_line_bytes = 64;
constexpr std::size_t k_wanted_passes = 5;  // the first ones wake the clocks up
constexpr std::size_t k_most_passes = 24;
/// From the first pass on; until then pages are made and threads started, which takes a virtual machine milliseconds.
constexpr std::chrono::milliseconds k_usual_time{3}, k_most_time{4};
constexpr std::size_t k_enough_passes = 3;
constexpr std::uint32_t k_most_threads = 32;

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

/// Seconds from the first thread's start to the last one's end, when nearly all threads read nearly all of the time: a
/// thread that had to wait for a processor leaves the others alone with the memory, and says nothing about it.
std::optional<double> seconds_of(const std::vector<std::vector<Pass>>& by_thread, std::size_t pass) {
  constexpr double k_least_overlap = 0.7;
  Pass whole = by_thread.front()[pass];
  std::chrono::duration<double> busy{0};
  for (const auto& passes : by_thread) {
    whole.begin = std::min(whole.begin, passes[pass].begin);
    whole.end = std::max(whole.end, passes[pass].end);
    busy += passes[pass].end - passes[pass].begin;
  }
  const std::chrono::duration<double> all = whole.end - whole.begin;
  if (busy < all * static_cast<double>(by_thread.size()) * k_least_overlap) return std::nullopt;
  return all.count();
}

double third_quickest(std::vector<double>& seconds) {
  const std::size_t which = std::min<std::size_t>(2, seconds.size() - 1);
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(which), seconds.end());
  return seconds[which];
}

/// The third quickest undisturbed pass: neither a lucky moment of a shared host nor a busy one. On a machine so busy that
/// there was none, what a thread got by itself.
ReadTest typical(const std::vector<std::vector<Pass>>& by_thread, std::size_t bytes_each) {
  std::vector<double> together, alone;
  for (std::size_t pass = 0; pass < by_thread.front().size(); ++pass) {
    if (const auto told = seconds_of(by_thread, pass)) together.push_back(*told);
    for (const auto& passes : by_thread)
      alone.push_back(std::chrono::duration<double>(passes[pass].end - passes[pass].begin).count());
  }
  const bool any = !together.empty();
  ReadTest test;
  test.threads = any ? static_cast<std::uint32_t>(by_thread.size()) : 1;
  const double seconds = third_quickest(any ? together : alone);
  test.bytes_per_s = seconds > 0 ? static_cast<double>(bytes_each) * test.threads / seconds : 0;
  return test;
}

}  // namespace

std::optional<ReadTest> measure_read_bandwidth(std::uint32_t cores) {
  if (!k_can_flush) return std::nullopt;
  const std::uint32_t wanted = std::clamp(cores, 1U, k_most_threads);
  const std::size_t bytes_each = std::clamp(k_all_bytes / wanted, k_least_bytes, k_most_bytes);
  std::vector<std::vector<Pass>> by_thread(wanted);
  MeetingPoint together(wanted);
  std::atomic<std::uint64_t> keep{0};  // the compiler must not see that nobody wants the sums

  std::atomic<bool> enough{false};

  const auto work = [&](std::uint32_t self) {
    const std::vector<std::uint64_t> buffer(bytes_each / sizeof(std::uint64_t), self + 1);
    std::vector<Pass>& passes = by_thread[self];
    do {  // once at least, whoever starts late: the others wait for everybody
      flush(buffer);
      together.arrive_and_wait();
      Pass pass{.begin = Clock::now(), .end = {}};
      keep += read_all(buffer);
      pass.end = Clock::now();
      passes.push_back(pass);
      together.arrive_and_wait();
      // One thread decides, between two meetings, so that all of them make the same number of passes.
      if (self == 0) {
        std::size_t good = 0;
        for (std::size_t i = 0; i < passes.size(); ++i) good += seconds_of(by_thread, i) ? 1U : 0U;
        const auto took = Clock::now() - passes.front().begin;
        enough.store(good >= k_wanted_passes || passes.size() >= k_most_passes || took > k_most_time ||
                         (good >= k_enough_passes && took > k_usual_time),
                     std::memory_order_release);
      }
      together.arrive_and_wait();
    } while (!enough.load(std::memory_order_acquire));
  };

  std::vector<std::thread> threads;
  try {
    for (std::uint32_t i = 1; i < wanted; ++i) threads.emplace_back(work, i);
  } catch (const std::system_error&) {
    // No more threads to be had (a pids limit): stand in for the missing ones at the barrier and give up.
    enough.store(true, std::memory_order_release);
    for (std::size_t i = threads.size(); i < wanted; ++i) together.arrive_and_drop();
    for (std::thread& thread : threads) thread.join();
    return std::nullopt;
  }
  work(0);
  for (std::thread& thread : threads) thread.join();

  const ReadTest test = typical(by_thread, bytes_each);
  return test.bytes_per_s > 0 ? std::optional(test) : std::nullopt;
}

}  // namespace canirun::probe
