// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/terminal.hpp"

/// Text by display columns, not bytes.
namespace canirun::report {

/// Text from outside (records, drivers, file headers, arguments) made fit for a terminal: control characters, bidi
/// overrides and line separators become spaces, invalid UTF-8 becomes U+FFFD; nothing an emulator could act on is left.
std::string safe_text(std::string_view text);
/// safe_text, and '?' for whatever is not ASCII unless the terminal takes Unicode (a few signs are transcribed).
std::string safe_text(std::string_view text, const Terminal& terminal);

/// Columns the text takes: wide characters two, combining marks none. `text` holds no escape sequences.
int display_width(std::string_view text);
/// At most `columns` wide, ending in "…" (".." in ASCII) when something was cut.
std::string cut_to_width(std::string_view text, int columns, const Terminal& terminal);
std::string pad_right(std::string_view text, int columns);
std::string pad_left(std::string_view text, int columns);

/// Lines of at most `columns`. Breaks at spaces, but never between a number and its unit; " · " stays at a line's end.
/// A word longer than a line is left whole.
std::vector<std::string> wrap(std::string_view text, int columns);

}  // namespace canirun::report
