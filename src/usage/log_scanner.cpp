// SPDX-License-Identifier: MIT
#include "usage/log_scanner.hpp"

#include <algorithm>

namespace canirun::usage {
namespace {

/// The number that follows `label`, spaces between; nothing when there is none.
std::optional<double> number_after(std::string_view text, std::string_view label) {
  std::size_t at = text.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  at += label.size();
  while (at < text.size() && text[at] == ' ') ++at;
  std::size_t end = at;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end > at ? parse_count(text.substr(at, end - at)) : std::nullopt;
}

/// A date near the front: "2026-09-01T...", "time=2026-09-01...", "[GIN] 2026/09/01".
std::optional<std::int32_t> day_in(std::string_view text) {
  const std::string_view front = text.substr(0, 48);
  for (std::size_t at = 0; at + 10 <= front.size(); ++at) {
    if (front[at] != '2' || front[at + 1] != '0') continue;
    const char separator = front[at + 4];
    if ((separator != '-' && separator != '/') || front[at + 7] != separator) continue;
    if (at > 0 && front[at - 1] >= '0' && front[at - 1] <= '9') continue;
    if (const auto day = parse_day(front.substr(at, 10))) return day;
  }
  return std::nullopt;
}

}  // namespace

void LogScanner::line(std::string_view text) {
  if (const auto day = day_in(text)) day_ = day;

  if (text.find("general.name") != std::string_view::npos) {  // of the model that was loaded
    if (const std::size_t equals = text.find("= "); equals != std::string_view::npos) {
      model_ = text.substr(equals + 2, 100);
      while (!model_.empty() && (model_.back() == '\r' || model_.back() == ' ')) model_.pop_back();
    }
    return;
  }
  if (text.find("[GIN]") != std::string_view::npos && text.find("POST") != std::string_view::npos) {
    for (const std::string_view path :
         {"\"/api/chat\"", "\"/api/generate\"", "\"/v1/chat/completions\"", "\"/v1/messages\""})
      if (text.find(path) != std::string_view::npos) ++requests_;
    return;
  }

  if (const std::optional<double> id = number_after(text, "| task ")) {
    task_now_ = static_cast<std::uint64_t>(std::min(*id, 1e15));
    // "n_prompt_tokens = 28", later "task.n_tokens = 28": with what its slot still had from an earlier prompt.
    std::optional<double> whole = number_after(text, "n_prompt_tokens = ");
    if (!whole && text.find("new prompt") != std::string_view::npos) whole = number_after(text, "n_tokens = ");
    if (whole) task(*task_now_) = {.id = *task_now_, .prompt_tokens = *whole};
  }

  // "prompt eval time = 12.30 ms / 28 tokens (...", then "eval time = ... / 99 tokens" or "runs".
  const std::size_t timing = text.find("eval time =");
  if (timing == std::string_view::npos) return;
  const std::optional<double> tokens = number_after(text.substr(timing), " / ");
  if (!tokens) return;
  if (timing >= 7 && text.substr(timing - 7, 7) == "prompt ") {
    prompt_ = tokens;
    return;
  }
  Record record;
  record.format = Format::llama_server;
  record.model = model_;
  record.day = day_;
  record.numbers.set(Field::prompt, prompt_.value_or(0));
  record.numbers.set(Field::output, *tokens);
  if (task_now_) {
    Task& known = task(*task_now_);
    if (known.id == *task_now_ && known.prompt_tokens > prompt_.value_or(0))
      record.numbers.set(Field::cache_beside, known.prompt_tokens - prompt_.value_or(0));
    known.prompt_tokens = -1;
  }
  tally_.add(record);
  prompt_.reset();
  found_any_ = true;
}

}  // namespace canirun::usage
