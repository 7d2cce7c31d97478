// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/flags.hpp"

namespace canirun::cli {
namespace {

std::string words_of(std::string_view choices) {
  std::string words(choices);
  for (char& c : words) c = c == '|' ? ' ' : c;
  return words;
}

/// Single-quoted for a shell: a quote ends the string, stands escaped, and opens it again.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string flag_words(std::uint32_t commands) {
  std::string words;
  for (const Flag& flag : flags()) {
    if ((flag.commands & commands) == 0) continue;
    words += fmt::format("{}--{}", words.empty() ? "" : " ", flag.name);
    if (flag.letter != 0) words += fmt::format(" -{}", flag.letter);
  }
  return words;
}

std::string bash_script(const std::vector<std::string>& models) {
  std::string out =
      "# canirun completion for bash\n"
      "_canirun() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" command='' each\n"
      "  case \"$before\" in\n";
  for (const Flag& flag : flags()) {
    if (flag.value.empty()) continue;
    const std::string offer = flag.is_file           ? "compgen -f -- \"$word\""
                              : flag.choices.empty() ? ":"
                                                     : fmt::format("compgen -W '{}' -- \"$word\"", words_of(flag.choices));
    out += fmt::format("    --{}) mapfile -t COMPREPLY < <({}); return;;\n", flag.name, offer);
  }
  out += "  esac\n  for each in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$each\" in\n";
  std::string names;
  for (const Command& command : commands()) {
    if (!command.hidden && !command.name.empty()) names += (names.empty() ? "" : "|") + std::string(command.name);
  }
  out += fmt::format("      {}) command=\"$each\"; break;;\n    esac\n  done\n", names);
  out += "  local flags='' words=''\n  case \"$command\" in\n";
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    const bool takes_models = command.bit == 0 || (command.bit & (on::one_model | on::overview)) != 0;
    std::string words = takes_models ? "$models" : words_of(command.words.substr(0, command.words.find(' ')));
    if (command.words == "[QUERY]" || command.words.empty()) words = takes_models ? words : "";
    if (command.name == "help") words = "exit-codes environment formats profiles grades " + words_of(names);
    if (command.name.empty()) words = words_of(names) + " $models";
    out += fmt::format("    '{}') flags='{}'; words=\"{}\";;\n", command.name,
                       flag_words(command.name.empty() ? command.bit | on::check : command.bit), words);
  }
  out +=
      "  esac\n"
      "  if [[ $word == -* ]]; then words=$flags; fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "}\n"
      "complete -F _canirun canirun\n";
  const std::string list = fmt::format("  local models={}\n", shell_quoted(fmt::format("{}", fmt::join(models, " "))));
  out.insert(out.find("  local flags="), list);
  return out;
}

std::string zsh_script(const std::vector<std::string>& models) {
  // zsh runs bash's function through its compatibility layer.
  return "#compdef canirun\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script(models);
}

std::string fish_script(const std::vector<std::string>& models) {
  std::string out = "# canirun completion for fish\ncomplete -c canirun -f\n";
  std::string names;
  for (const Command& command : commands()) {
    if (command.hidden || command.name.empty()) continue;
    out += fmt::format("complete -c canirun -n __fish_use_subcommand -a {} -d {}\n", command.name,
                       shell_quoted(command.summary));
    names += fmt::format("{}{}", names.empty() ? "" : " ", command.name);
  }
  for (const Flag& flag : flags()) {
    std::string where;
    for (const Command& command : commands()) {
      if (!command.hidden && !command.name.empty() && (command.bit & flag.commands) != 0)
        where += fmt::format(" {}", command.name);
    }
    const bool everywhere = flag.commands == on::everywhere || (flag.commands & on::check) != 0;
    out += fmt::format(
        "complete -c canirun{} -l {}{}{} -d {}\n",
        everywhere ? "" : fmt::format(" -n '__fish_seen_subcommand_from{}'", where), flag.name,
        flag.letter == 0 ? "" : fmt::format(" -s {}", flag.letter),
        flag.value.empty() ? ""
        : flag.is_file
            ? " -r -F"
            : fmt::format(" -x{}", flag.choices.empty() ? "" : fmt::format(" -a {}", shell_quoted(words_of(flag.choices)))),
        shell_quoted(flag.help));
  }
  out += fmt::format("complete -c canirun -n 'not __fish_seen_subcommand_from hw doctor help completion catalog' -a {}\n",
                     shell_quoted(fmt::format("{}", fmt::join(models, " "))));
  return out;
}

}  // namespace

std::vector<std::string> completion_shells() { return {"bash", "zsh", "fish"}; }

std::optional<std::string> completion_script(std::string_view shell, const std::vector<std::string>& model_ids) {
  if (shell == "bash") return bash_script(model_ids);
  if (shell == "zsh") return zsh_script(model_ids);
  if (shell == "fish") return fish_script(model_ids);
  return std::nullopt;
}

}  // namespace canirun::cli
