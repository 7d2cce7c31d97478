// SPDX-License-Identifier: MIT
#include "cli/terminal.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "cli/system.hpp"

namespace canirun::cli {
namespace {

constexpr int k_default_width = 80;
/// Narrower than this nothing can be laid out; wider than that nobody reads a line.
constexpr int k_least_width = 20, k_most_width = 1000;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool is_set(const std::optional<std::string>& value) { return value && !value->empty(); }
bool is_forced(const std::optional<std::string>& value) { return is_set(value) && *value != "0"; }

std::optional<int> as_width(const std::optional<std::string>& text) {
  int width = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), width).ec != std::errc{} || width <= 0) {
    return std::nullopt;
  }
  return width;
}

bool says_utf8(std::string locale) {
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

}  // namespace

StreamFacts facts_of_stream(int file_descriptor) {
  StreamFacts facts;
  const TerminalWindow window = window_of(file_descriptor);
  facts.is_tty = window.is_terminal;
  facts.columns = window.columns;
  facts.takes_utf8 = window.takes_utf8;
  facts.env_columns = variable("COLUMNS");
  facts.env_term = window.takes_escapes ? variable("TERM") : "dumb";
  facts.env_no_color = variable("NO_COLOR");
  facts.env_clicolor_force = variable("CLICOLOR_FORCE");
  facts.env_force_color = variable("FORCE_COLOR");
  facts.env_lc_all = variable("LC_ALL");
  facts.env_lc_ctype = variable("LC_CTYPE");
  facts.env_lang = variable("LANG");
  return facts;
}

report::Terminal decide_terminal(const StreamFacts& facts, ColorChoice color) {
  report::Terminal terminal;
  terminal.is_tty = facts.is_tty;

  const int width = facts.columns.value_or(as_width(facts.env_columns).value_or(k_default_width));
  terminal.width = std::clamp(width, k_least_width, k_most_width);

  if (color != ColorChoice::automatic) {
    terminal.colour = color == ColorChoice::always;
  } else if (is_set(facts.env_no_color)) {
    terminal.colour = false;
  } else if (is_forced(facts.env_clicolor_force) || is_forced(facts.env_force_color)) {
    terminal.colour = true;
  } else {
    terminal.colour = facts.is_tty && facts.env_term.value_or("") != "dumb";
  }

  terminal.unicode = facts.takes_utf8;
  for (const std::optional<std::string>* locale : {&facts.env_lc_all, &facts.env_lc_ctype, &facts.env_lang}) {
    if (!is_set(*locale)) continue;
    terminal.unicode = says_utf8(**locale);
    break;
  }
  return terminal;
}

}  // namespace canirun::cli
