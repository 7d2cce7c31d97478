// SPDX-License-Identifier: MIT
#include "report/page.hpp"

#include <algorithm>

#include "report/shell.hpp"
#include "report/text.hpp"

namespace canirun::report {
namespace {

constexpr int k_heading_column = 4;  // after "  ✓ "
constexpr int k_heading_width = 20;
constexpr int k_narrow = 64;  // below this the body starts on its own line

std::string spaces(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

/// Words of a shell command as they are written: what stands between quotes is one piece, spaces and all.
std::vector<std::string> shell_words(const std::string& command) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (const char c : command) {
    if (quote == 0 && c == ' ') {
      in_word = false;
      continue;
    }
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += c;
  }
  return words;
}

/// Shell text in pieces no line break may fall into: a flag and its value stay together, and so does what is quoted.
std::vector<std::string> flag_groups(const std::string& command) {
  std::vector<std::string> groups;
  for (const std::string& word : shell_words(command)) {
    const bool value = !groups.empty() && word.front() != '-' && groups.back().front() == '-' &&
                       groups.back().find(' ') == std::string::npos;
    if (value) {
      groups.back() += " " + word;
    } else {
      groups.push_back(word);
    }
  }
  return groups;
}

}  // namespace

std::string Page::safe(std::string_view text) const { return safe_text(text, terminal_); }

void Page::line(std::string_view text, Tone tone) {
  std::string shown = safe(text);
  if (terminal_.is_tty) shown = cut_to_width(shown, terminal_.width, terminal_);
  out_ += paint(shown, tone, terminal_) + "\n";
}

void Page::spread(std::string_view left, Tone left_tone, std::string_view right, Tone right_tone) {
  const std::string first = safe(left);
  const std::string second = safe(right);
  const int gap = terminal_.width - display_width(first) - display_width(second);
  if (gap >= 3) {
    out_ += paint(first, left_tone, terminal_) + spaces(gap) + paint(second, right_tone, terminal_) + "\n";
    return;
  }
  for (const std::string& part : wrap(first, terminal_.width)) out_ += paint(part, left_tone, terminal_) + "\n";
  for (const std::string& part : wrap(second, terminal_.width - 2)) out_ += "  " + paint(part, right_tone, terminal_) + "\n";
}

void Page::columns(std::string_view sign, Tone sign_tone, std::string_view heading, Tone heading_tone,
                   const std::vector<std::string>& body) {
  const std::string label = safe(heading);
  std::string start =
      "  " + (sign.empty() ? " " : paint(sign, sign_tone, terminal_)) + " " + paint(label, heading_tone, terminal_);
  const bool narrow = terminal_.width < k_narrow;
  const int body_column = narrow ? k_heading_column + 2 : k_heading_column + k_heading_width + 2;
  const int used = k_heading_column + display_width(label);

  std::vector<std::string> lines;
  for (const std::string& part : body) {
    for (std::string& wrapped : wrap(safe(part), terminal_.width - body_column)) lines.push_back(std::move(wrapped));
  }
  // The body starts beside the heading, unless the heading is too long for its column or the terminal too narrow.
  const bool beside = !narrow && used + 2 <= body_column && !lines.empty();
  if (beside) start += spaces(body_column - used) + lines.front();
  const bool only_body = sign.empty() && label.empty() && !beside;
  if (!only_body) out_ += start + "\n";
  for (std::size_t i = beside ? 1 : 0; i < lines.size(); ++i) out_ += spaces(body_column) + lines[i] + "\n";
}

void Page::statement(Mark mark, std::string_view heading, const std::vector<std::string>& body) {
  columns(sign_of(mark, terminal_), tone_of(mark), heading, tone_of(mark), body);
}

void Page::detail(std::string_view label, std::string_view body) {
  columns({}, Tone::plain, label, Tone::plain, {std::string(body)});
}

void Page::details(std::string_view label, const std::vector<std::string>& bodies) {
  for (const std::string& body : bodies) {
    detail(label, body);
    label = {};
  }
}

void Page::paragraph(std::string_view text, int indent, std::string_view lead, Tone lead_tone) {
  const std::string start = safe(lead);
  const std::string whole = start.empty() ? safe(text) : start + "  " + safe(text);
  bool first = true;
  for (const std::string& wrapped : wrap(whole, terminal_.width - indent - (start.empty() ? 0 : 1))) {
    const bool has_lead = first && !start.empty() && wrapped.starts_with(start);
    out_ += spaces(indent);
    out_ += has_lead ? paint(start, lead_tone, terminal_) + " " + wrapped.substr(start.size()) : wrapped;
    out_ += "\n";
    first = false;
  }
}

void Page::command(std::string_view text, int indent) {
  const std::string whole = safe(text);
  if (!k_can_break_commands || !terminal_.is_tty || display_width(whole) + indent <= terminal_.width) {
    out_ += spaces(indent) + paint(whole, Tone::command, terminal_) + "\n";
    return;
  }
  std::string current;
  int column = indent;
  for (const std::string& group : flag_groups(whole)) {
    if (!current.empty() && column + display_width(current) + 1 + display_width(group) + 2 > terminal_.width) {
      out_ += spaces(column) + paint(current + " \\", Tone::command, terminal_) + "\n";
      current.clear();
      column = indent + 2;
    }
    current += (current.empty() ? "" : " ") + group;
  }
  out_ += spaces(column) + paint(current, Tone::command, terminal_) + "\n";
}

void Page::title(std::string_view text) { out_ += paint(safe(text), Tone::strong, terminal_) + "\n"; }
void Page::blank() { out_ += "\n"; }
void Page::table(const Table& table, int indent) { out_ += table.render(terminal_, indent); }

}  // namespace canirun::report
