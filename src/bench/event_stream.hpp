// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace canirun::bench {

/// Server-sent events, piece by piece: calls `use(data)` for every event that has data. Lines longer than a mebibyte are
/// no events of a model; then `overflow` is true and nothing is used any more.
class EventReader {
 public:
  void feed(std::string_view piece, const std::function<void(std::string_view data)>& use);
  [[nodiscard]] bool overflow() const { return overflow_; }
  /// The beginning of what came, for messages about answers that are no events.
  [[nodiscard]] const std::string& beginning() const { return beginning_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  void take_line(std::string_view line, const std::function<void(std::string_view data)>& use);

  std::string line_, data_, beginning_;
  bool has_data_ = false, overflow_ = false;
  std::uint64_t events_ = 0;
};

/// What llama-server measured itself.
struct ServerTimings {
  std::uint32_t prompt_tokens = 0, cached_tokens = 0, written_tokens = 0, drafted_tokens = 0;
  double prompt_ms = 0, written_ms = 0;
};

/// An answer of a model as it comes in, whatever the dialect: chat or plain completion, streamed or whole.
struct Written {
  std::uint32_t pieces = 0;                                                   ///< with at least one character of text
  std::optional<double> first_s, last_s;                                      ///< when the first and the last of them came
  std::optional<std::uint32_t> prompt_tokens, written_tokens, cached_tokens;  ///< as the server counts
  std::optional<ServerTimings> timings;
  std::string finish_reason, error;
  bool done = false;  ///< it said that it is over
  std::uint32_t unreadable = 0;
};
/// One event (or a whole answer) that came at `now_s`.
void take_event(std::string_view data, double now_s, Written& into);

}  // namespace canirun::bench
