// SPDX-License-Identifier: MIT
#include "cli/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <canirun/suggest.hpp>
#include <cerrno>

#include "cli/app.hpp"
#include "cli/help.hpp"
#include "cli/system.hpp"
#include "cli/terminal.hpp"
#include "cli/text_file.hpp"

namespace canirun::cli {
namespace {

constexpr std::string_view k_schema_versions =
    "schemas  assessment 1, machine 1, list 1, cost 1, overview 1, plan 1, variants 1, model_file 1,\n"
    "         bench 1, calibration 1, cache 1, update 1, error 1\n";

report::Terminal terminal_of(int file_descriptor, ColorChoice color) {
  return decide_terminal(facts_of_stream(file_descriptor), color);
}

/// Tells what went wrong: in words on stderr, or as the error document on stdout.
void tell(Session& session, const Error& error, bool json) {
  if (json) {
    session.print(report::error_json(error, session.head(), std::nullopt, report::JsonStyle::indented));
  } else {
    session.warn_error(error);
  }
}

/// A reader that left is no trouble; a full disk is.
int finish(Session& session, int exit_code) {
  if (session.flush() || session.write_problem() == EPIPE) return exit_code;
  session.warn(fmt::format("error: cannot write the output: {}", reason_of(session.write_problem())));
  return k_trouble;
}

std::string version_text(Session& session) {
  return fmt::format("canirun {}\ndata     {}\n{}", k_version, session.head().catalog_date, k_schema_versions);
}

Result<int> run_command(Session& session, const Invocation& invocation) {
  const Options& options = session.options();
  if (options.help != HelpWanted::none) {
    session.print(render_help(*invocation.command, options.help == HelpWanted::brief, session.out()));
    return k_yes;
  }
  const Result<void> folders = check_data_folders(options);
  if (!folders) return tl::unexpected<Error>(folders.error());
  if (options.version) {
    session.print(version_text(session));
    return k_yes;
  }
  return invocation.command->run(session);
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  settle_process();

  Result<Invocation> invocation = parse_arguments(arguments);
  if (!invocation) {
    // What was meant by the rest is unknown, but how to say so is still to be read off it.
    const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    const bool plain = std::find(arguments.begin(), arguments.end(), "--color=never") != arguments.end();
    const ColorChoice color = plain ? ColorChoice::never : ColorChoice::automatic;
    Session session({}, terminal_of(STDOUT_FILENO, color), terminal_of(STDERR_FILENO, color));
    tell(session, invocation.error(), json);
    return finish(session, k_trouble);
  }

  const ColorChoice color = invocation->options.color;
  Session session(invocation->options, terminal_of(STDOUT_FILENO, color), terminal_of(STDERR_FILENO, color));
  Result<int> exit_code = run_command(session, *invocation);
  if (!exit_code) {
    const Error error = invocation->named ? std::move(exit_code).error()
                                          : with_command_hint(std::move(exit_code).error(), session.options());
    tell(session, error, session.options().json);
    exit_code = k_trouble;
  }
  return finish(session, *exit_code);
}

}  // namespace canirun::cli
