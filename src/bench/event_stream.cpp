// SPDX-License-Identifier: MIT
#include "bench/event_stream.hpp"

#include <algorithm>
#include <array>

#include "json/text.hpp"
#include "json/view.hpp"

namespace canirun::bench {
namespace {

constexpr std::size_t k_longest_line = 1U << 20U, k_longest_beginning = 200;

bool has_text(json::View delta) {
  // Thinking is writing too: each dialect has a word of its own for it.
  for (const std::string_view key : {"content", "reasoning_content", "reasoning", "thinking", "text"}) {
    const std::optional<std::string> text = delta.at(key).text();
    if (text && !text->empty()) return true;
  }
  return delta.at("tool_calls").size() > 0;
}

std::optional<ServerTimings> timings_in(json::View timings) {
  if (!timings.is_object()) return std::nullopt;
  ServerTimings found;
  found.prompt_tokens = timings.at("prompt_n").count32().value_or(0);
  found.cached_tokens = timings.at("cache_n").count32().value_or(0);
  found.written_tokens = timings.at("predicted_n").count32().value_or(0);
  found.drafted_tokens = timings.at("draft_n").count32().value_or(0);
  found.prompt_ms = timings.at("prompt_ms").number().value_or(0);
  found.written_ms = timings.at("predicted_ms").number().value_or(0);
  return found;
}

}  // namespace

void EventReader::feed(std::string_view piece, const std::function<void(std::string_view data)>& use) {
  if (beginning_.size() < k_longest_beginning) beginning_ += piece.substr(0, k_longest_beginning - beginning_.size());
  while (!piece.empty() && !overflow_) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (line_.size() + part.size() + data_.size() > k_longest_line) {
      overflow_ = true;
      return;
    }
    line_ += part;
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    take_line(line_, use);
    line_.clear();
  }
}

void EventReader::take_line(std::string_view line, const std::function<void(std::string_view data)>& use) {
  if (line.empty()) {  // the event is over
    if (has_data_) {
      ++events_;
      use(data_);
    }
    data_.clear();
    has_data_ = false;
    return;
  }
  if (!line.starts_with("data:")) return;  // comments that keep the connection, event names
  line.remove_prefix(5);
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (has_data_) data_ += '\n';
  data_ += line;
  has_data_ = true;
}

void take_event(std::string_view data, double now_s, Written& into) {
  if (data == "[DONE]") {
    into.done = true;
    return;
  }
  const Result<json::Parsed> parsed = json::Parsed::parse(data, k_longest_line);
  if (!parsed) {
    ++into.unreadable;
    return;
  }
  const json::View event(parsed->root());
  if (const json::View error = event.at("error")) {
    const std::optional<std::string> plain = error.text();
    into.error = plain ? *plain : error.at("message").text().value_or("an error without a message");
    return;
  }
  const json::View choice = event.at("choices").at(std::size_t{0});
  const json::View delta = choice.at("delta");
  const json::View whole = choice.at("message");
  if (has_text(delta ? delta : whole ? whole : choice)) {
    if (!into.first_s) into.first_s = now_s;
    into.last_s = now_s;
    ++into.pieces;
  }
  if (const auto reason = choice.at("finish_reason").text()) into.finish_reason = *reason;
  if (const json::View usage = event.at("usage")) {
    if (const auto count = usage.at("prompt_tokens").count32()) into.prompt_tokens = count;
    if (const auto count = usage.at("completion_tokens").count32()) into.written_tokens = count;
    if (const auto count = usage.at("prompt_tokens_details").at("cached_tokens").count32()) into.cached_tokens = count;
  }
  if (const auto timings = timings_in(event.at("timings"))) into.timings = timings;
}

}  // namespace canirun::bench
