// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

/// The shell that commands are pasted into: POSIX's, on Windows cmd and PowerShell alike.
namespace canirun::report {

#ifdef _WIN32
/// Both know double quotes, and two of them for one inside; a comma makes a list for PowerShell, "@" takes one apart.
inline constexpr std::string_view k_quote = "\"", k_quote_inside = "\"\"", k_needs_no_quote = "._/:=%+-";
/// Each has another sign for a command that goes on: it stays one line.
inline constexpr bool k_can_break_commands = false;
#else
inline constexpr std::string_view k_quote = "'", k_quote_inside = "'\\''", k_needs_no_quote = "._/:=@%+,-";
inline constexpr bool k_can_break_commands = true;  ///< with a backslash at the end of the line
#endif

}  // namespace canirun::report
