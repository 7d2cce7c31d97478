// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/style.hpp"
#include "report/terminal.hpp"

namespace canirun::report {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  int drop_order = 0;  ///< 0: always there; else the highest number goes first when the terminal is narrow
  int min_width = 0;   ///< a column with min_width > 0 may be cut down to it before anything is dropped
};
struct Cell {
  std::string text;  ///< plain, already safe
  Tone tone = Tone::plain;
};

/// A table that fits the terminal: a row is one line, always. Narrow: flexible columns shrink to their minimum, then
/// columns go in their declared order. Not a terminal: no header, no padding, no cut, tabs between cells, and columns
/// without a title (marks) left out.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add_row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// `indent`: spaces before each row on a terminal.
  [[nodiscard]] std::string render(const Terminal& terminal, int indent = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace canirun::report
