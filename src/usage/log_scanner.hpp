// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "usage/lines.hpp"
#include "usage/tally.hpp"

namespace canirun::usage {

/// The text that llama-server writes while it works (and programs that run it): its timings, request by request.
class LogScanner {
 public:
  explicit LogScanner(Tally& tally) : tally_(tally) {}
  void line(std::string_view text);
  /// Did any line say how many tokens there were?
  [[nodiscard]] bool found_any() const { return found_any_; }
  /// Requests to a server that does not write down their tokens (Ollama).
  [[nodiscard]] std::uint64_t requests_without_tokens() const { return requests_; }

 private:
  struct Task {
    std::uint64_t id = 0;
    double prompt_tokens = -1;  ///< all of the prompt, cached included; below 0: not said
  };
  static constexpr std::size_t k_tasks = 64;  // at work at one time
  Task& task(std::uint64_t id) { return tasks_[id % k_tasks]; }

  Tally& tally_;
  std::array<Task, k_tasks> tasks_{};
  std::optional<std::uint64_t> task_now_;
  std::optional<double> prompt_;  ///< read just now, before the answer's tokens
  std::optional<std::int32_t> day_;
  std::string model_;
  std::uint64_t requests_ = 0;
  bool found_any_ = false;
};

}  // namespace canirun::usage
