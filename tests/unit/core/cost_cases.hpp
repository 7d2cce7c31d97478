// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "money_cases.hpp"

/// Questions about money that several files of tests ask.
namespace canirun::money_cases {

inline CostEstimate estimate(const CostInputs& inputs = {}, const UsageProfile& usage = chat_day(), double decode = 100,
                             double prefill = 4000) {
  return estimate_cost(one_card(), dense_model(), usage, inputs, speed(decode, prefill), book());
}
inline bool mentions(const std::vector<std::string>& notes, const std::string& text) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const std::string& note) { return note.find(text) != std::string::npos; });
}
inline UsageProfile team_of_five() {
  UsageProfile usage;
  usage.output_tokens_per_day = 200'000;
  usage.people = 5;
  usage.active_days_per_year = 365;
  return usage;
}

}  // namespace canirun::money_cases
