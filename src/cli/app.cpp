// SPDX-License-Identifier: MIT
#include "cli/app.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <canirun/suggest.hpp>

#include "cli/flags.hpp"
#include "cli/request_checker.hpp"

// The only file that sees CLI11: it costs nine seconds to compile. The table in flags.cpp says what there is to parse.
namespace canirun::cli {
namespace {

/// A flag of the table with what CLI11 found for it.
struct Given {
  const Flag* flag = nullptr;
  std::vector<std::string> values;
  std::int64_t times = 0;
};

/// Position of the first word that is neither a flag nor a flag's value; `size` when there is none.
std::size_t first_word(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") return arguments.size();
    if (argument.size() < 2 || argument[0] != '-') return i;
    const Flag* flag = find_flag(argument);
    if (flag != nullptr && !flag->value.empty()) ++i;
  }
  return arguments.size();
}

Error usage_error(std::string message, std::string hint) {
  return {.kind = ErrorKind::usage, .message = std::move(message), .context = {}, .hint = std::move(hint)};
}

std::string help_hint(const Command& command) {
  return fmt::format("canirun {}{}--help lists the flags", command.name, command.name.empty() ? "" : " ");
}

/// A flag CLI11 did not expect: another command's, a slip of the finger, or nonsense.
Error unknown_flag(const std::string& argument, const Command& command) {
  const std::string name = argument.substr(0, argument.find('='));
  if (const Flag* flag = find_flag(name)) {
    for (const Command& other : commands()) {
      if (other.hidden || (other.bit & flag->commands) == 0) continue;
      return usage_error(fmt::format("{} is not a flag of canirun {}", name, command.name),
                         fmt::format("canirun {}{}takes it", other.name, other.name.empty() ? "" : " "));
    }
  }
  std::vector<std::string> names;
  for (const Flag& flag : flags()) {
    if ((flag.commands & command.bit) != 0) names.push_back(fmt::format("--{}", flag.name));
  }
  const std::vector<std::string> near = closest(name, names, 2);
  return usage_error(fmt::format("unknown flag {}", name),
                     near.empty() ? help_hint(command) : fmt::format("did you mean {}?", fmt::join(near, " or ")));
}

/// Tells CLI11 about a flag; `given` must not move afterwards.
void declare(CLI::App& app, Given& given, bool& brief_help, bool& full_help) {
  const Flag& flag = *given.flag;
  if (flag.set == nullptr) {
    app.add_flag("-h", brief_help);
    app.add_flag("--help", full_help);
    return;
  }
  const std::string names = (flag.letter == 0 ? "" : fmt::format("-{},", flag.letter)) + fmt::format("--{}", flag.name);
  if (flag.value.empty()) {
    app.add_flag(names, given.times);
  } else {
    app.add_option(names, given.values)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
}

Result<void> check_choice(const Flag& flag, const std::string& value) {
  if (flag.choices.empty()) return {};
  const std::vector<std::string> words = flag.several ? CLI::detail::split(value, ',') : std::vector<std::string>{value};
  for (const std::string& word : words) {
    if (!is_choice(flag.choices, word)) {
      const std::vector<std::string> choices = CLI::detail::split(std::string(flag.choices), '|');
      return tl::unexpected<Error>(choice_error(fmt::format("--{}", flag.name), word, choices));
    }
  }
  return {};
}

/// Hands what was found to the table's setters.
Result<void> hand_over(const std::vector<Given>& all, Options& options) {
  for (const Given& given : all) {
    const Flag& flag = *given.flag;
    for (std::int64_t i = 0; i < given.times; ++i) flag.set(options, "");
    for (const std::string& value : given.values) {
      const std::string name = fmt::format("--{}", flag.name);
      if (value.size() > 2 && value.compare(0, 2, "--") == 0 && find_flag(value) != nullptr) {
        return tl::unexpected<Error>(usage_error(fmt::format("{} needs a value, not {}", name, value), ""));
      }
      if (value.empty()) return tl::unexpected<Error>(usage_error(fmt::format("{} needs a value", name), ""));
      if (Result<void> known = check_choice(flag, value); !known) return known;
      flag.set(options, value);
    }
  }
  return {};
}

Result<void> check_words(const Command& command, const std::vector<std::string>& words) {
  if (words.size() > command.max_words) {
    return tl::unexpected<Error>(
        usage_error(fmt::format("canirun {} takes no \"{}\"", command.name, words[command.max_words]), help_hint(command)));
  }
  if (words.size() < command.min_words) {
    return tl::unexpected<Error>(
        usage_error(fmt::format("canirun {} needs {}", command.name, command.words), help_hint(command)));
  }
  return {};
}

}  // namespace

Result<Invocation> parse_arguments(const std::vector<std::string>& arguments) {
  // Which command: the first word if it is one; a model otherwise; the overview when there is no word at all.
  Invocation invocation;
  std::vector<std::string> rest = arguments;
  const std::size_t word = first_word(arguments);
  invocation.command = word < arguments.size() ? find_command(arguments[word]) : find_command("");
  invocation.named = word < arguments.size() && invocation.command != nullptr && !arguments[word].empty();
  if (invocation.named) rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(word));
  const bool asks_check = std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument == "--requests" || argument.rfind("--requests=", 0) == 0 || argument == "--";
  });
  if (invocation.command == nullptr || (!invocation.named && asks_check)) invocation.command = find_command("check");
  const Command& command = *invocation.command;

  // CLI11 takes the flags apart; it knows those of this command only.
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras(true);
  Options& options = invocation.options;
  bool brief_help = false, full_help = false;
  std::vector<Given> given;
  for (const Flag& flag : flags()) {
    if ((flag.commands & command.bit) != 0 || command.hidden) given.push_back({.flag = &flag, .values = {}, .times = 0});
  }
  for (Given& each : given) declare(app, each, brief_help, full_help);
  app.add_option("words", options.words)->expected(0, -1);
  const auto dashes = std::find(rest.begin(), rest.end(), "--");
  const std::vector<std::string> plain_words(dashes == rest.end() ? dashes : dashes + 1, rest.end());
  rest.erase(dashes, rest.end());
  try {
    std::reverse(rest.begin(), rest.end());  // CLI11 takes a vector from its end
    app.parse(rest);
  } catch (const CLI::ArgumentMismatch&) {
    return tl::unexpected<Error>(usage_error(fmt::format("{} needs a value", arguments.back()), help_hint(command)));
  } catch (const CLI::ParseError& problem) {
    return tl::unexpected<Error>(usage_error(problem.what(), help_hint(command)));
  }
  for (const std::string& extra : app.remaining()) {
    if (!extra.empty() && extra[0] == '-') return tl::unexpected<Error>(unknown_flag(extra, command));
    options.words.push_back(extra);
  }

  options.words.insert(options.words.end(), plain_words.begin(), plain_words.end());

  if (brief_help || full_help) {
    options.help = full_help ? HelpWanted::full : HelpWanted::brief;
    return invocation;
  }
  const Result<void> applied = hand_over(given, options);
  if (!applied) return tl::unexpected<Error>(applied.error());
  if (options.version) return invocation;
  const Result<void> words = check_words(command, options.words);
  if (!words) return tl::unexpected<Error>(words.error());
  return invocation;
}

}  // namespace canirun::cli
