// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/terminal.hpp"

namespace canirun::report {

/// What a piece of text is, never which colour: the terminal's theme decides how it looks.
enum class Tone { plain, strong, quiet, good, middling, bad, command };

/// Wraps `text` in the escape sequence of the tone when the terminal takes colour; else returns it as it is.
std::string paint(std::string_view text, Tone tone, const Terminal& terminal);

/// The four marks that stand before a statement, with their ASCII stand-ins: ✓ "+", ◐ "~", ✗ "x", ≈ "=".
enum class Mark { yes, partly, no, about };
std::string_view sign_of(Mark mark, const Terminal& terminal);
Tone tone_of(Mark mark);

/// Small signs of the layout: separator " · " / " | ", arrow "→" / "->".
std::string_view separator(const Terminal& terminal);
std::string_view arrow(const Terminal& terminal);

}  // namespace canirun::report
