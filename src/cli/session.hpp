// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "cli/machine_source.hpp"
#include "cli/options.hpp"
#include "cli/resolver.hpp"
#include "report/report.hpp"

namespace canirun::cli {

/// What the process ends with. 130 (interrupted) is set by the signal handler.
enum ExitCode : int { k_yes = 0, k_no = 1, k_trouble = 2 };

/// One run of the program: what was typed, how output looks, and what has been loaded on the way. Nothing is loaded
/// before it is asked for.
class Session {
 public:
  Session(Options options, report::Terminal out, report::Terminal err);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const report::Terminal& out() const { return out_; }
  [[nodiscard]] const report::Terminal& err() const { return err_; }

  /// The data, overlays included. What is wrong with an overlay is said once on stderr; the rest works.
  const catalog::Catalog& catalog();
  MachineSource& machines();
  Places& places();
  Resolver& resolver();
  /// Version of the program and date of its data.
  report::Head head();

  /// To stdout, kept until `flush` or until there is much of it.
  void print(std::string_view text);
  /// False when nobody reads any more or nothing can be written; then it stays false.
  bool flush();
  /// errno of the write that failed; 0 when all is well.
  [[nodiscard]] int write_problem() const { return write_problem_; }
  /// One line to stderr.
  void warn(std::string_view text);
  /// "error: ..." with its hint, to stderr.
  void warn_error(const Error& error);

  /// A passing line on stderr while the network is slow; only on a terminal. Gone before anything else is written.
  void show_progress(std::string_view text);
  void clear_progress();

 private:
  Options options_;
  report::Terminal out_, err_;
  std::optional<catalog::Catalog> catalog_;
  std::unique_ptr<MachineSource> machines_;
  std::unique_ptr<Places> places_;
  std::unique_ptr<Resolver> resolver_;
  std::string pending_;
  int write_problem_ = 0;
  bool progress_shown_ = false;
};

/// Folders laid over the built-in data, weakest first: the XDG data folder, $CANIRUN_DATA, each --data. Only a --data
/// folder must exist.
std::vector<std::filesystem::path> overlay_folders(const Options& options);
/// The first --data that is no folder, as an error.
Result<void> check_data_folders(const Options& options);

extern const std::string_view k_version;

}  // namespace canirun::cli
