// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "usage/keys.hpp"
#include "usage/lines.hpp"
#include "usage/tally.hpp"

namespace canirun::usage {

/// Rows under a header. Commas, semicolons or tabs; quoted cells may hold them and line ends.
class CsvScanner {
 public:
  CsvScanner(Tally& tally, Lines& lines) : tally_(tally), lines_(lines) {}
  /// Whether this line is the header of a table with tokens in it; then the rows may follow.
  bool take_header(std::string_view line);
  void feed(std::string_view bytes);
  void finish();

 private:
  static constexpr std::size_t k_most_cell = 200;        // longer cells hold no number, name or date
  static constexpr std::uint64_t k_most_row_lines = 64;  // a quote that is never closed ends a row at last
  void cell_ended();
  void row_ended();
  void set(const Meaning& meaning, std::size_t column);

  Tally& tally_;
  Lines& lines_;
  char delimiter_ = ',';
  std::vector<Meaning> columns_;
  std::vector<std::string> titles_;
  std::size_t column_ = 0;
  std::uint64_t row_line_ = 0;
  std::string cell_, kind_, id_, request_id_;
  double amount_ = 0;
  bool quoted_ = false, quote_seen_ = false, row_has_text_ = false, row_is_broken_ = false;
  Format format_ = Format::unknown;
  Record row_;
};

}  // namespace canirun::usage
