// SPDX-License-Identifier: MIT
#include "probe/meeting_point.hpp"

#include <catch2/catch.hpp>
#include <vector>

using canirun::probe::MeetingPoint;

TEST_CASE("nobody leaves a meeting point before all are there, time after time") {
  constexpr std::uint32_t k_threads = 4;
  constexpr int k_turns = 200;
  MeetingPoint together(k_threads);
  std::atomic<int> there{0};
  std::atomic<int> early{0};
  const auto work = [&] {
    for (int turn = 1; turn <= k_turns; ++turn) {
      ++there;
      together.arrive_and_wait();
      if (there < turn * static_cast<int>(k_threads)) ++early;
      together.arrive_and_wait();
    }
  };
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < k_threads; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  CHECK(early == 0);
  CHECK(there == k_turns * static_cast<int>(k_threads));
}

TEST_CASE("who drops out of a meeting point is not waited for") {
  MeetingPoint together(3);
  std::thread one([&] {
    together.arrive_and_wait();
    together.arrive_and_wait();
  });
  std::thread other([&] {
    together.arrive_and_wait();
    together.arrive_and_wait();
  });
  together.arrive_and_drop();
  one.join();
  other.join();
  SUCCEED("both came through");
}
