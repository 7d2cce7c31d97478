// SPDX-License-Identifier: MIT
#include "report/style.hpp"

namespace canirun::report {
namespace {

/// 16-colour codes only: a theme or a light background keeps its contrast.
std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::strong:
      return "1";
    case Tone::quiet:
      return "2";
    case Tone::good:
      return "32";
    case Tone::middling:
      return "33";
    case Tone::bad:
      return "31";
    case Tone::command:
      return "36";
    case Tone::plain:
      break;
  }
  return {};
}

}  // namespace

std::string paint(std::string_view text, Tone tone, const Terminal& terminal) {
  const std::string_view code = code_of(tone);
  if (!terminal.colour || code.empty() || text.empty()) return std::string(text);
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

std::string_view sign_of(Mark mark, const Terminal& terminal) {
  switch (mark) {
    case Mark::yes:
      return terminal.unicode ? "✓" : "+";
    case Mark::partly:
      return terminal.unicode ? "◐" : "~";
    case Mark::no:
      return terminal.unicode ? "✗" : "x";
    case Mark::about:
      return terminal.unicode ? "≈" : "=";
  }
  return "?";
}

Tone tone_of(Mark mark) {
  switch (mark) {
    case Mark::yes:
      return Tone::good;
    case Mark::partly:
      return Tone::middling;
    case Mark::no:
      return Tone::bad;
    case Mark::about:
      break;
  }
  return Tone::strong;
}

std::string_view separator(const Terminal& terminal) { return terminal.unicode ? " · " : " | "; }
std::string_view arrow(const Terminal& terminal) { return terminal.unicode ? "→" : "->"; }

}  // namespace canirun::report
