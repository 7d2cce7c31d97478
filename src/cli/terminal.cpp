// SPDX-License-Identifier: MIT
#include "cli/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>

namespace canirun::cli {
namespace {

constexpr int k_default_width = 80;
/// Narrower than this nothing can be laid out; wider than that nobody reads a line.
constexpr int k_least_width = 20, k_most_width = 1000;
constexpr int k_interrupted = 130;

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
  facts.is_tty = isatty(file_descriptor) != 0;
  winsize size{};
  if (facts.is_tty && ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) facts.columns = size.ws_col;
  facts.env_columns = variable("COLUMNS");
  facts.env_term = variable("TERM");
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

  terminal.unicode = false;
  for (const std::optional<std::string>* locale : {&facts.env_lc_all, &facts.env_lc_ctype, &facts.env_lang}) {
    if (!is_set(*locale)) continue;
    terminal.unicode = says_utf8(**locale);
    break;
  }
  return terminal;
}

bool write_all(int file_descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file_descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void settle_process() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    // open() takes the lowest free number, which is the one that was found closed.
    if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF && ::open("/dev/null", O_RDWR) < 0) return;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, [](int) { _exit(k_interrupted); });
}

}  // namespace canirun::cli
