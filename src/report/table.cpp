// SPDX-License-Identifier: MIT
#include "report/table.hpp"

#include <algorithm>
#include <cstddef>

#include "report/text.hpp"

namespace canirun::report {
namespace {

constexpr int k_gap = 2;

/// Which columns are shown, and how wide.
struct Layout {
  std::vector<std::size_t> columns;
  std::vector<int> widths;  ///< by column index
};

int total_width(const Layout& layout) {
  int total = 0;
  for (const std::size_t column : layout.columns) total += layout.widths[column] + k_gap;
  return std::max(0, total - k_gap);
}

/// Takes width from the flexible columns, last one first, until it fits or they are at their minimum.
void shrink(Layout& layout, const std::vector<Column>& columns, int room) {
  for (auto at = layout.columns.rbegin(); at != layout.columns.rend(); ++at) {
    const int minimum = columns[*at].min_width;
    const int excess = total_width(layout) - room;
    if (excess > 0 && minimum > 0)
      layout.widths[*at] = std::max(std::min(minimum, layout.widths[*at]), layout.widths[*at] - excess);
  }
}

Layout fit(const std::vector<Column>& columns, const std::vector<int>& natural, int room) {
  Layout layout{{}, natural};
  for (std::size_t i = 0; i < columns.size(); ++i) layout.columns.push_back(i);
  while (true) {
    layout.widths = natural;
    shrink(layout, columns, room);
    if (total_width(layout) <= room) return layout;
    const auto victim = std::max_element(layout.columns.begin(), layout.columns.end(), [&](std::size_t a, std::size_t b) {
      return columns[a].drop_order < columns[b].drop_order;
    });
    if (victim == layout.columns.end() || columns[*victim].drop_order == 0) return layout;
    layout.columns.erase(victim);
  }
}

std::string aligned(const std::string& text, Align align, int width) {
  return align == Align::right ? pad_left(text, width) : pad_right(text, width);
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

/// Columns without a title are decoration for the eye and stay away.
std::string tab_separated(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows) {
  std::string out;
  for (const std::vector<Cell>& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!columns[i].title.empty()) line += row[i].text + "\t";
    }
    if (!line.empty()) line.back() = '\n';
    out += line;
  }
  return out;
}

}  // namespace

std::string Table::render(const Terminal& terminal, int indent) const {
  if (!terminal.is_tty) return tab_separated(columns_, rows_);

  std::vector<int> natural;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = display_width(columns_[i].title);
    for (const std::vector<Cell>& row : rows_) width = std::max(width, display_width(row[i].text));
    natural.push_back(width);
  }
  const int room = terminal.width - indent;
  const Layout layout = fit(columns_, natural, room);
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  const std::string gap(k_gap, ' ');

  std::string header;
  for (const std::size_t i : layout.columns) {
    header += (i == layout.columns.front() ? "" : gap) +
              aligned(cut_to_width(columns_[i].title, layout.widths[i], terminal), columns_[i].align, layout.widths[i]);
  }
  // Even the columns that are always there may be too wide for a very narrow terminal: then the row is cut, not wrapped.
  std::string out =
      margin + paint(cut_to_width(without_trailing_spaces(header), room, terminal), Tone::quiet, terminal) + "\n";
  for (const std::vector<Cell>& row : rows_) {
    std::string line;
    int left = room;
    for (const std::size_t i : layout.columns) {
      const bool last = i == layout.columns.back();
      std::string text = aligned(cut_to_width(row[i].text, layout.widths[i], terminal), columns_[i].align, layout.widths[i]);
      if (last) text = without_trailing_spaces(std::move(text));
      text = cut_to_width(text, std::max(0, left), terminal);
      left -= display_width(text) + k_gap;
      line += paint(text, row[i].tone, terminal);
      if (!last && left > 0) line += gap;
    }
    out += margin + without_trailing_spaces(std::move(line)) + "\n";
  }
  return out;
}

}  // namespace canirun::report
