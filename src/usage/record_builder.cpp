// SPDX-License-Identifier: MIT
#include <algorithm>

#include "usage/json_scanner.hpp"

namespace canirun::usage {
namespace {

bool starts_candidate(Place place) { return place == Place::usage || place == Place::timings; }

}  // namespace

void RecordBuilder::begin(Place place, std::uint8_t rank, Format format) {
  if (place == Place::record) {
    open_.emplace_back();
    return;
  }
  if (open_.empty() || !starts_candidate(place)) return;
  Open& record = open_.back();
  record.in_candidate = true;
  record.candidate.clear();
  record.candidate_rank = rank;
  record.candidate_format = format;
}

void RecordBuilder::end(Place place) {
  if (open_.empty()) return;
  Open& record = open_.back();
  if (starts_candidate(place)) {
    record.in_candidate = false;
    if (record.candidate.has_tokens() && record.candidate_rank > record.best_rank) {
      record.best = record.candidate;
      record.best_rank = record.candidate_rank;
      record.best_format = record.candidate_format;
    }
  } else if (place == Place::record) {
    close();
  }
}

bool RecordBuilder::scalar(Place place, Field field, Format format, std::string_view text) {
  if (open_.empty()) return true;
  Open& record = open_.back();
  if (is_number(field)) {
    const std::optional<double> count = parse_count(text);
    if (!count) return false;
    if (format != Format::unknown) (record.in_candidate ? record.candidate_format : record.format) = format;
    const bool in_session_sum = field == Field::session_total;
    (record.in_candidate && !in_session_sum ? record.candidate : record.flat).set(field, *count);
    return true;
  }
  if (format != Format::unknown && record.format == Format::unknown) record.format = format;
  const bool inner = place != Place::record;
  switch (field) {
    case Field::model:
      (inner ? record.inner_model : record.model) = text;
      break;
    case Field::id:
      (inner ? record.inner_id : record.id) = text;
      break;
    case Field::request_id:
      record.request_id = text;
      break;
    case Field::time:
      if (!record.day) record.day = parse_day(text);
      break;
    default:
      break;
  }
  return true;
}

void RecordBuilder::drop() {
  open_.clear();
  waiting_.clear();
}

void RecordBuilder::close() {
  Open record = std::move(open_.back());
  open_.pop_back();

  // Rows of this bucket that waited for its date.
  if (!waiting_.empty() && open_.size() < waiting_depth_ && (record.day || open_.empty())) {
    for (Record& row : waiting_) {
      row.day = record.day;
      tally_.add(row);
    }
    waiting_.clear();
  }

  const bool nested = record.best_rank > 0;
  std::string model = record.inner_model.empty() ? record.model : record.inner_model;
  if (!nested && !record.flat.has_tokens()) {
    // A line that only says which model the session uses from here on.
    if (!record.inner_model.empty() && open_.empty()) session_model_ = record.inner_model;
    return;
  }
  constexpr std::uint8_t k_message_rank = 4;
  saw_messages_ = saw_messages_ || record.best_rank == k_message_rank;
  const bool is_sum = record.flat.has(Field::turns);
  if (is_sum && saw_messages_) return;
  Record result;
  result.numbers = nested ? record.best : record.flat;
  if (record.flat.has(Field::session_total)) result.numbers.set(Field::session_total, record.flat.get(Field::session_total));
  if (is_sum) result.numbers.set(Field::requests, record.flat.get(Field::turns));
  result.format = nested && record.format == Format::unknown ? record.best_format : record.format;
  if (result.format == Format::unknown) result.format = Format::api_responses;
  result.model = model.empty() && result.format == Format::agent_log ? session_model_ : std::move(model);
  const std::string& id = record.inner_id.empty() ? record.id : record.inner_id;
  if (!id.empty() || !record.request_id.empty()) result.id_hash = hash_of(record.request_id, hash_of(id));

  // The date is its own, or of the bucket around it.
  result.day = record.day;
  for (auto outer = open_.rbegin(); outer != open_.rend() && !result.day; ++outer) result.day = outer->day;
  if (!result.day && !open_.empty() && waiting_.size() < k_most_waiting) {
    waiting_depth_ = open_.size();
    waiting_.push_back(std::move(result));
    return;
  }
  tally_.add(result);
}

}  // namespace canirun::usage
