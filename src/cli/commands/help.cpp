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
      "What the tokens are for, and how many on a working day. Choose one with\n"
      "--profile; flags such as --task, --prompt, --days or --requests-per-day change\n"
      "parts of it.\n\n";
  for (const UsageProfile& profile : session.catalog().usages()) {
    out += fmt::format("  {:<18} {}\n", profile.id, report::safe_text(profile.name, session.out()));
    out += fmt::format("      {}: {} fresh, {} cached, {} out a day; {:g} days a year\n", name_of(profile.task),
                       report::format_tokens(profile.fresh_input_tokens_per_day + profile.cache_write_tokens_per_day),
                       report::format_tokens(profile.cache_read_tokens_per_day),
                       report::format_tokens(profile.output_tokens_per_day), profile.active_days_per_year);
  }
  return out;
}

/// Where the letters begin, from the function that gives them.
std::string grades_text(Session& session) {
  std::string out =
      "Grades\n\n"
      "A letter says how good a model is at a task among all models with evidence\n"
      "for it: the weighted mean of its benchmarks, each on the scale from its worst\n"
      "useful to its best known figure, less what its quant was measured to lose.\n"
      "More memory or speed never lowers it.\n\n";
  std::string last;
  constexpr int k_hundredths = 100;
  for (int i = k_hundredths; i >= 0; --i) {
    const std::string grade = grade_of(static_cast<double>(i) / k_hundredths);
    if (grade != last && !last.empty()) out += fmt::format("  {}  from {:.2f} of the scale\n", last, (i + 1) / 100.0);
    last = grade;
  }
  out += fmt::format("  {}  below that\n  {}  no published benchmark for the task\n\n", last, grade_of(std::nullopt));
  const UsabilityThresholds& limits = session.catalog().books().capability.usability;
  out += fmt::format(
      "Speed has words of its own, by tokens a second while it writes:\n\n"
      "  unusable     below {:g}\n  batch only   below {:g}\n  readable     below {:g}, or a first word later than {:g} s\n"
      "  comfortable  below {:g}\n  fast         from there\n",
      limits.unusable_below_tokens_per_s, limits.batch_only_below_tokens_per_s, limits.readable_below_tokens_per_s,
      limits.slow_first_token_s, limits.comfortable_below_tokens_per_s);
  return out;
}

Error unknown_topic(const std::string& topic) {
  std::vector<std::string> names = topic_names();
  names.emplace_back("profiles");
  names.emplace_back("grades");
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
  if (topic == "grades") {
    session.print(grades_text(session));
    return k_yes;
  }
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
