// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>

namespace canirun::probe {

/// A point where threads wait for each other, again and again, and leave within nanoseconds of each other: what is timed
/// then starts together. Waiting threads keep looking and, after a while, let others run. (std::barrier of the compiler for
/// Windows loses a wake-up now and then: its threads sleep for ever.)
class MeetingPoint {
 public:
  explicit MeetingPoint(std::uint32_t threads) : expected_(threads), next_expected_(threads) {}

  void arrive_and_wait() {
    const std::uint32_t turn = turn_.load(std::memory_order_acquire);
    if (is_last()) return open();
    constexpr std::uint32_t k_patience = 4096;
    for (std::uint32_t looks = 0; turn_.load(std::memory_order_acquire) == turn; ++looks) {
      if (looks > k_patience) std::this_thread::yield();
    }
  }
  /// Counts once more and never again.
  void arrive_and_drop() {
    next_expected_.fetch_sub(1, std::memory_order_acq_rel);
    if (is_last()) open();
  }

 private:
  bool is_last() {
    return arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == expected_.load(std::memory_order_acquire);
  }
  void open() {
    arrived_.store(0, std::memory_order_relaxed);
    expected_.store(next_expected_.load(std::memory_order_acquire), std::memory_order_relaxed);
    turn_.fetch_add(1, std::memory_order_acq_rel);
  }

  std::atomic<std::uint32_t> expected_, next_expected_;
  std::atomic<std::uint32_t> arrived_{0}, turn_{0};
};

}  // namespace canirun::probe
