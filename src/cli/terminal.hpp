// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cli/options.hpp"
#include "report/terminal.hpp"

namespace canirun::cli {

/// What decides how a stream may look. Read once from the process; tests write it by hand.
struct StreamFacts {
  bool is_tty = false;
  std::optional<int> columns;  ///< as the terminal driver says
  bool takes_utf8 = false;     ///< a console that was told so; elsewhere only the variables know
  std::optional<std::string> env_columns, env_term, env_no_color, env_clicolor_force, env_force_color;
  std::optional<std::string> env_lc_all, env_lc_ctype, env_lang;
};
StreamFacts facts_of_stream(int file_descriptor);

/// Colour: the flag, then NO_COLOR, then CLICOLOR_FORCE / FORCE_COLOR, then a terminal whose TERM is not "dumb".
/// Width: the terminal's, then COLUMNS, then 80. Unicode: the first of LC_ALL, LC_CTYPE, LANG that is set says UTF-8; when
/// none is, what the console takes.
report::Terminal decide_terminal(const StreamFacts& facts, ColorChoice color);

}  // namespace canirun::cli
