// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/style.hpp"
#include "report/table.hpp"
#include "report/terminal.hpp"

namespace canirun::report {

/// Text laid out line by line for one terminal. Everything added passes safe_text here, so that callers write plain
/// UTF-8 and need not ask where a string came from; ASCII terminals get the transcription.
class Page {
 public:
  explicit Page(const Terminal& terminal) : terminal_(terminal) {}

  /// One line as it is (cut, not wrapped, when too wide for a terminal).
  void line(std::string_view text, Tone tone = Tone::plain);
  /// Left and right part on one line when they fit, else the right part on a second, indented line.
  void spread(std::string_view left, Tone left_tone, std::string_view right, Tone right_tone);
  /// "  ✓ heading             body ..." with the body wrapped under itself.
  void statement(Mark mark, std::string_view heading, const std::vector<std::string>& body);
  /// "    label               body ...": the same columns without a mark.
  void detail(std::string_view label, std::string_view body);
  /// Several bodies under one label.
  void details(std::string_view label, const std::vector<std::string>& bodies);
  /// Wrapped text. `lead` comes first in its own tone ("VERDICT").
  void paragraph(std::string_view text, int indent = 0, std::string_view lead = {}, Tone lead_tone = Tone::strong);
  /// A shell command; longer than the terminal: continued with backslashes, still one thing to paste.
  void command(std::string_view text, int indent);
  void title(std::string_view text);
  void blank();
  void table(const Table& table, int indent = 2);
  /// Already laid out, already safe.
  void raw(std::string_view text) { out_ += text; }

  [[nodiscard]] std::string take() { return std::move(out_); }
  [[nodiscard]] const Terminal& terminal() const { return terminal_; }
  [[nodiscard]] std::string safe(std::string_view text) const;

 private:
  void columns(std::string_view sign, Tone sign_tone, std::string_view heading, Tone heading_tone,
               const std::vector<std::string>& body);

  Terminal terminal_;
  std::string out_;
};

}  // namespace canirun::report
