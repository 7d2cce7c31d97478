// SPDX-License-Identifier: MIT
#include "cli/profile_file.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "catalog/fields_money.hpp"
#include "cli/text_file.hpp"
#include "json/text.hpp"

namespace canirun::cli {
namespace {

/// Numbers that no day holds are slips of the finger, as they are in flags.
Result<void> check(const UsageProfile& profile) {
  struct Limit {
    std::string_view pointer;
    double value, least, most;
  };
  const std::array limits{Limit{"/fresh_input_tokens_per_day", profile.fresh_input_tokens_per_day, 0, 1e13},
                          Limit{"/cache_write_tokens_per_day", profile.cache_write_tokens_per_day, 0, 1e13},
                          Limit{"/cache_read_tokens_per_day", profile.cache_read_tokens_per_day, 0, 1e13},
                          Limit{"/output_tokens_per_day", profile.output_tokens_per_day, 0, 1e13},
                          Limit{"/prompt_tokens", static_cast<double>(profile.prompt_tokens), 1, 1e8},
                          Limit{"/depth_tokens", static_cast<double>(profile.depth_tokens), 0, 1e8},
                          Limit{"/active_days_per_year", profile.active_days_per_year, 1, 366},
                          Limit{"/hours_available_per_day", profile.hours_available_per_day, 0.1, 24},
                          Limit{"/hours_powered_per_day", profile.hours_powered_per_day, 0.1, 24},
                          Limit{"/people", static_cast<double>(profile.people), 1, 1e6}};
  for (const Limit& limit : limits) {
    if (limit.value >= limit.least && limit.value <= limit.most) continue;
    return fail(ErrorKind::malformed,
                fmt::format("{}: {} is not from {} to {}", limit.pointer, limit.value, limit.least, limit.most));
  }
  return {};
}

}  // namespace

bool names_a_profile_file(const std::string& name) {
  return name.find('/') != std::string::npos || (name.size() > 5 && name.compare(name.size() - 5, 5, ".json") == 0);
}

Result<UsageProfile> read_profile_file(const std::string& path) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return tl::unexpected<Error>(text.error());
  Result<UsageProfile> profile = json::read_text<UsageProfile>(*text);
  const Result<void> sound = profile ? check(*profile) : Result<void>{};
  if (profile && sound) return profile;
  Error error = profile ? sound.error() : profile.error();
  if (error.hint.empty()) error.hint = "data/usage/README.md shows what a profile holds";
  return tl::unexpected<Error>(std::move(error).within(path));
}

}  // namespace canirun::cli
