// SPDX-License-Identifier: MIT
#include "report/report.hpp"
#include "report/style.hpp"
#include "report/text.hpp"

namespace canirun::report {

std::string render_error_text(const Error& error, const Terminal& terminal) {
  std::string out = paint("error:", Tone::bad, terminal) + " " + safe_text(error.text(), terminal) + "\n";
  if (!error.hint.empty())
    out += "\n" + paint("hint:", Tone::command, terminal) + " " + safe_text(error.hint, terminal) + "\n";
  return out;
}

}  // namespace canirun::report
