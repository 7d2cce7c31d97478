// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <canirun/suggest.hpp>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "report/numbers.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

/// The profiles are data, so this topic is written from them.
std::string profiles_text(Session& session) {
  std::string out =
      "Profiles\n\n"
      "What the tokens are for, and how many on a working day. Choose one with --profile; flags\n"
      "such as --task, --prompt, --days or --requests-per-day change parts of it.\n\n";
  for (const UsageProfile& profile : session.catalog().usages()) {
    out += fmt::format("  {:<18} {}\n", profile.id, report::safe_text(profile.name, session.out()));
    out += fmt::format("  {:<18}   {}: a day {} fresh, {} cached and {} output tokens; {:g} days a year\n", "",
                       name_of(profile.task),
                       report::format_tokens(profile.fresh_input_tokens_per_day + profile.cache_write_tokens_per_day),
                       report::format_tokens(profile.cache_read_tokens_per_day),
                       report::format_tokens(profile.output_tokens_per_day), profile.active_days_per_year);
  }
  return out;
}

Error unknown_topic(const std::string& topic) {
  std::vector<std::string> names = topic_names();
  names.emplace_back("profiles");
  const std::vector<std::string> names_of_commands = command_names();
  names.insert(names.end(), names_of_commands.begin(), names_of_commands.end());
  const std::vector<std::string> near = closest(topic, names, 2);
  return {.kind = ErrorKind::not_found,
          .message = fmt::format("no help on \"{}\"", topic),
          .context = {},
          .hint = near.empty() ? fmt::format("there is: {}", fmt::join(names, ", "))
                               : fmt::format("did you mean {}?", fmt::join(near, " or "))};
}

}  // namespace

Result<int> run_help(Session& session) {
  const Options& options = session.options();
  const std::string topic = options.words.empty() ? "" : options.words.front();
  if (topic == "profiles") {
    session.print(profiles_text(session));
    return k_yes;
  }
  if (const std::optional<std::string> text = topic_text(topic)) {
    session.print(*text);
    return k_yes;
  }
  const Command* command = find_command(topic);
  if (command == nullptr || command->hidden) return tl::unexpected<Error>(unknown_topic(topic));
  session.print(render_help(*command, false, session.out()));
  return k_yes;
}

}  // namespace canirun::cli
