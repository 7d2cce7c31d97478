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

/// Cells beside each other; spaces stay outside the paint, and none trail. Even the columns that are always there may be
/// too wide for a very narrow terminal: then the row is cut, not wrapped.
std::string one_line(const Layout& layout, const std::vector<Column>& columns, const std::vector<Cell>& cells, int room,
                     const Terminal& terminal) {
  std::string line;
  int column_start = 0;
  int drawn = 0;
  for (const std::size_t i : layout.columns) {
    const std::string text =
        cut_to_width(cells[i].text, std::min(layout.widths[i], std::max(0, room - column_start)), terminal);
    const int width = display_width(text);
    const int start = column_start + (columns[i].align == Align::right ? layout.widths[i] - width : 0);
    if (width > 0 && start + width <= room) {
      line += std::string(static_cast<std::size_t>(start - drawn), ' ') + paint(text, cells[i].tone, terminal);
      drawn = start + width;
    }
    column_start += layout.widths[i] + k_gap;
  }
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

  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Tone::quiet});
  std::string out = margin + one_line(layout, columns_, titles, room, terminal) + "\n";
  for (const std::vector<Cell>& row : rows_) out += margin + one_line(layout, columns_, row, room, terminal) + "\n";
  return out;
}

}  // namespace canirun::report
