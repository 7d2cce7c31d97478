// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.hpp"

/// The one table of commands. Each runs in commands/<name>.cpp.
namespace canirun::cli {

struct Command {
  std::string_view name;     ///< "" for the run without a command
  std::uint32_t bit = 0;     ///< its bit in Flag::commands
  std::string_view words;    ///< what follows it, for the usage line: "MODEL..."
  std::string_view summary;  ///< one line
  std::size_t min_words = 0, max_words = 0;
  bool hidden = false;
  std::string_view examples;  ///< lines to paste
  /// Exit code, or what went wrong (which exits with 2).
  Result<int> (*run)(Session& session) = nullptr;
};

std::span<const Command> commands();
/// nullptr when there is none of this name.
const Command* find_command(std::string_view name);
/// Names of all that are not hidden.
std::vector<std::string> command_names();

/// `canirun chekc` reads as a model's name; says what else the first word may have been.
Error with_command_hint(Error error, const Options& options);

Result<int> run_overview(Session& session);
Result<int> run_check(Session& session);
/// Does the request name several contexts, cache types or quants?
bool asks_for_variants(const Request& request);
/// Answers each of their combinations as a row of a table. `asked.model` is one model.
Result<int> check_variants(Session& session, const Request& asked);
Result<int> run_hw(Session& session);
Result<int> run_record(Session& session);
Result<int> run_list(Session& session);
Result<int> list_installed(Session& session);
Result<int> run_cost(Session& session);
Result<int> run_compare(Session& session);
Result<int> run_inspect(Session& session);
Result<int> run_cache(Session& session);
Result<int> run_update(Session& session);
Result<int> run_plan(Session& session);
Result<int> run_bench(Session& session);
Result<int> run_accuracy(Session& session);
Result<int> run_doctor(Session& session);
Result<int> run_catalog(Session& session);
Result<int> run_completion(Session& session);
Result<int> run_help(Session& session);
Result<int> run_probe(Session& session);

}  // namespace canirun::cli
