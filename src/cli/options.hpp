// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/request.hpp"

namespace canirun::cli {

enum class ColorChoice : std::uint8_t { automatic, always, never };
enum class HelpWanted : std::uint8_t { none, brief, full };

/// Everything that was typed, word for word: what it means is found out later (request_check, session).
struct Options {
  Request request;                 ///< the question; `request.model` is filled per model by the command
  std::vector<std::string> words;  ///< what is not a flag: models, a query, a topic

  std::optional<std::string> machine_file;   ///< --machine
  std::optional<std::string> requests_file;  ///< --requests
  std::vector<std::string> data_folders;     ///< --data, in order
  bool require_worth_it = false;

  // list
  std::optional<std::string> max_memory, sort, limit;
  bool fits_only = false, installed = false;

  bool tensors = false;               ///< inspect
  bool top = false;                   ///< hw
  std::optional<std::string> budget;  ///< plan

  // cost
  std::optional<std::string> from_usage, usage_days, example;
  std::vector<std::string> mix;
  bool plot = false;

  // bench
  std::optional<std::string> server, bench_model, timeout;
  bool save = false, show = false, forget = false;  ///< forget: also of update
  bool dry_run = false;                             ///< update

  bool json = false, explain = false, offline = false;
  ColorChoice color = ColorChoice::automatic;
  HelpWanted help = HelpWanted::none;
  bool version = false;
};

}  // namespace canirun::cli
