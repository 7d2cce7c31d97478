// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "readings.hpp"

using namespace canirun;

namespace {

/// A message on every weekday of five weeks: 25 days of 33.
std::string working_weeks() {
  std::string log;
  for (int day = 0; day < 33; ++day) {
    if (day % 7 >= 5) continue;
    const int date = day % 30 + 1;
    const std::string month = day < 30 ? "06" : "07";
    const std::string text = "2026-" + month + (date < 10 ? "-0" : "-") + std::to_string(date);
    log += agent_line(std::to_string(day), text, 100);
  }
  return log;
}

}  // namespace

TEST_CASE("A day of what was read becomes the profile") {
  const auto reading = read_usage(working_weeks());
  REQUIRE(reading);
  REQUIRE(reading->active_days == 25);
  UsageProfile base;
  base.task = Task::coding;
  base.people = 3;
  base.active_days_per_year = 100;
  const UsageProfile usage = usage::profile_of(*reading, base);
  CHECK(usage.task == Task::coding);
  CHECK(usage.people == 1);  // the log is of all of them
  CHECK(usage.fresh_input_tokens_per_day == 3);
  CHECK(usage.cache_write_tokens_per_day == 1000);
  CHECK(usage.cache_read_tokens_per_day == 20000);
  CHECK(usage.output_tokens_per_day == 100);
  CHECK(usage.active_days_per_year == Approx(365.0 * 25 / 33));
  CHECK(usage.provenance.basis == Basis::measured);
  CHECK(usage.prompt_tokens == Approx(1003).epsilon(0.01));  // what is read anew of a typical request
  CHECK(usage.depth_tokens == Approx(21003).epsilon(0.01));
  CHECK(usage.request_sizes_tokens.size() == 100);
}

TEST_CASE("Too few days say nothing about a year; without dates somebody has to say how many there were") {
  UsageProfile base;
  base.active_days_per_year = 100;
  const auto short_one = read_usage(agent_line("1", "2026-09-01", 100) + agent_line("2", "2026-09-02", 100));
  REQUIRE(short_one);
  CHECK(usage::profile_of(*short_one, base).active_days_per_year == 100);
  const auto undated = read_usage("{\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":200}}");
  REQUIRE(undated);
  CHECK(usage::profile_of(*undated, base).output_tokens_per_day == 200);
  CHECK(usage::profile_of(*undated, base, 10).output_tokens_per_day == 20);
}
