// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cli/options.hpp"

/// The one table of flags. The parser, `-h`, `--help`, the suggestions and the shell completions are all made from it.
namespace canirun::cli {

/// Which commands take a flag; bits, so that a row can name several.
namespace on {
inline constexpr std::uint32_t overview = 1U << 0U, check = 1U << 1U, hw = 1U << 2U, list = 1U << 3U, cost = 1U << 4U,
                               compare = 1U << 5U, doctor = 1U << 6U, catalog = 1U << 7U, help = 1U << 8U,
                               completion = 1U << 9U, inspect = 1U << 10U, cache = 1U << 11U, plan = 1U << 12U,
                               record = 1U << 13U, bench = 1U << 14U, accuracy = 1U << 15U, update = 1U << 16U;
inline constexpr std::uint32_t one_model = check | cost | compare | plan;  ///< a question about named models
inline constexpr std::uint32_t question = one_model | overview | list;
inline constexpr std::uint32_t machine = question | hw | bench;
inline constexpr std::uint32_t everywhere = 0xFFFFFFFFU;
}  // namespace on

/// In the order the help shows them.
enum class FlagGroup : std::uint8_t { machine, engine, use, demands, money, list, bench, output };
std::string_view title_of(FlagGroup group);

struct Flag {
  std::string_view name;   ///< without the dashes: "ctx"
  char letter = 0;         ///< short form, 0: none
  std::string_view value;  ///< placeholder of its value, "N"; empty: a switch
  FlagGroup group = FlagGroup::output;
  std::uint32_t commands = on::everywhere;
  bool common = false;        ///< shown by `-h` already, not only by `--help`
  std::string_view help;      ///< one line, no stop
  std::string_view fallback;  ///< what holds without it, as the help shows it; empty: nothing to say
  std::string_view choices;   ///< "auto|always|never"; empty: free
  bool is_file = false;       ///< its value is a path: completions offer files
  /// Puts the value (empty for a switch) where it belongs. Called once per time the flag was given, in order.
  void (*set)(Options& options, const std::string& value) = nullptr;
  bool several = false;  ///< `check` takes several values here, separated by commas, and answers with a table
};

std::span<const Flag> flags();
/// By name with or without dashes, or by letter ("-V"); nullptr when there is none.
const Flag* find_flag(std::string_view name);
/// Is `text` one of "a|b|c"?
bool is_choice(std::string_view choices, std::string_view text);

}  // namespace canirun::cli
