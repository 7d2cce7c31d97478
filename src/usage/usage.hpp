// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <canirun/usage.hpp>
#include <canirun/usage_log.hpp>
#include <memory>
#include <string_view>

/// Bytes -> token sums: what providers' exports and the logs of servers and coding agents say was used. Reads a stream
/// once, front to back, in memory that does not grow with it.
namespace canirun::usage {

using Format = UsageFormat;
using Tokens = TokenSums;
using Reading = UsageReading;

class Scanner;
/// Feed it the bytes as they come, in pieces of any size.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void feed(std::string_view bytes);
  /// The sums; an error when nothing in it could be read as use of a model.
  Result<Reading> finish();

 private:
  std::unique_ptr<Scanner> scanner_;
};

/// A day of this use. Task, hours and what else no log says stay as `base` has them. Days a year come from the dates
/// when they span four weeks or more. Without dates everything is `undated_days` days' use.
UsageProfile profile_of(const Reading& reading, const UsageProfile& base, double undated_days = 1);

}  // namespace canirun::usage
