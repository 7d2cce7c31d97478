// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

#include "usage/record.hpp"

namespace canirun::usage {

/// A kind of JSON object that is looked into. What has no place here is skipped without being looked at.
enum class Place : std::uint8_t {
  none,
  record,    ///< one event, or a page or bucket of them
  message,   ///< of an agent's log line or a batch result
  response,  ///< an API's answer inside a log line
  payload,   ///< of another agent's log line
  info,
  session_sum,
  metadata,
  usage,  ///< numbers
  details,
  timings,
};

/// What a key means in a place: a field, a place to go into, or nothing.
struct Meaning {
  bool known = false;
  bool is_place = false;
  Field field = Field::input;
  Place place = Place::none;
  std::uint8_t rank = 0;            ///< of a usage object: the highest in a record counts
  Format format = Format::unknown;  ///< what having it says about the whole
};

Meaning meaning_of(Place place, std::string_view key);

/// The same for a CSV column; "Usage Date (UTC)" and "usage_date_utc" are one.
Meaning meaning_of_column(std::string_view title);

}  // namespace canirun::usage
