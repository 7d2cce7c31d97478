// SPDX-License-Identifier: MIT
#include "usage/csv_scanner.hpp"

#include <algorithm>
#include <cstring>

namespace canirun::usage {
namespace {

std::vector<std::string> cells_of(std::string_view line, char delimiter) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

}  // namespace

bool CsvScanner::take_header(std::string_view line) {
  constexpr std::size_t k_most_columns = 400;
  for (const char delimiter : {',', ';', '\t'}) {
    std::vector<std::string> titles = cells_of(line, delimiter);
    if (titles.size() < 2 || titles.size() > k_most_columns) continue;
    std::vector<Meaning> columns;
    bool has_tokens = false, has_kind = false, has_amount = false;
    Format format = Format::unknown;
    for (const std::string& title : titles) {
      columns.push_back(meaning_of_column(title));
      Meaning& meaning = columns.back();
      if (meaning.is_place) meaning = {};
      if (!meaning.known) continue;
      has_tokens = has_tokens || meaning.field <= Field::thoughts_beside;
      has_kind = has_kind || (meaning.field == Field::kind && meaning.format == Format::unknown);
      has_amount = has_amount || meaning.field == Field::amount;
      if (format == Format::unknown) format = meaning.format;
    }
    if (!has_tokens && !(has_kind && has_amount)) continue;
    // OpenAI's dashboard and usage API share their names with others' answers; a bucket's start tells them apart.
    if (!has_tokens) format = Format::deepseek;
    columns_ = std::move(columns);
    titles_ = std::move(titles);
    delimiter_ = delimiter;
    format_ = format == Format::unknown ? Format::api_responses : format;
    row_.format = format_;
    return true;
  }
  return false;
}

void CsvScanner::feed(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (row_line_ == 0) row_line_ = lines_.now();
    if (quoted_) {
      if (c == '"') {
        quoted_ = false;
        quote_seen_ = true;
        continue;
      }
      if (c == '\n') {
        lines_.next();
        if (lines_.now() - row_line_ > k_most_row_lines) {
          lines_.broken_at(row_line_, "a quote that is not closed");
          row_is_broken_ = true;
          quoted_ = false;
          row_ended();
          continue;
        }
      }
    } else if (c == '"') {
      if (quote_seen_ && cell_.size() <= k_most_cell) cell_ += '"';  // "" inside of quotes
      quoted_ = true;
      continue;
    } else if (c == delimiter_) {
      cell_ended();
      continue;
    } else if (c == '\n') {
      row_ended();
      lines_.next();
      continue;
    } else if (c == '\r') {
      continue;
    }
    if (cell_.size() <= k_most_cell) cell_ += c;
    row_has_text_ = true;
  }
}

void CsvScanner::finish() {
  if (quoted_) {
    lines_.broken_at(row_line_, "a quote that is not closed");
    row_is_broken_ = true;
  }
  if (row_has_text_ || column_ > 0) row_ended();
}

void CsvScanner::set(const Meaning& meaning, std::size_t column) {
  if (is_number(meaning.field)) {
    const std::optional<double> count = parse_count(cell_);
    if (!count) {
      lines_.broken_at(row_line_, "column " + titles_[column] + ": a count of tokens that is none");
      row_is_broken_ = true;
      return;
    }
    if (meaning.field == Field::amount) {
      amount_ = *count;
    } else {
      row_.numbers.set(meaning.field, *count);
    }
    return;
  }
  switch (meaning.field) {
    case Field::model:
      row_.model = cell_;
      break;
    case Field::id:
      id_ = cell_;
      break;
    case Field::request_id:
      request_id_ = cell_;
      break;
    case Field::kind:
      kind_ = cell_;
      break;
    case Field::time:
      if (!row_.day) row_.day = parse_day(cell_);
      break;
    default:
      break;
  }
}

void CsvScanner::cell_ended() {
  if (column_ < columns_.size() && columns_[column_].known && !cell_.empty() && cell_.size() <= k_most_cell)
    set(columns_[column_], column_);
  cell_.clear();
  quote_seen_ = false;
  ++column_;
}

void CsvScanner::row_ended() {
  cell_ended();
  if (row_has_text_ && !row_is_broken_) {
    if (column_ < columns_.size()) {
      lines_.broken_at(row_line_, "fewer columns than the header has");
    } else {
      if (format_ == Format::deepseek) {
        const Meaning meaning = meaning_of_column(kind_);
        if (meaning.known && is_number(meaning.field)) row_.numbers.set(meaning.field, amount_);
      }
      if (!id_.empty() || !request_id_.empty()) row_.id_hash = hash_of(request_id_, hash_of(id_));
      if (row_.numbers.has_tokens() || row_.numbers.has(Field::requests) || row_.numbers.has(Field::cached_inside))
        tally_.add(row_);
    }
  }
  row_ = Record{};
  row_.format = format_;
  id_.clear();
  request_id_.clear();
  kind_.clear();
  amount_ = 0;
  column_ = 0;
  row_line_ = 0;
  row_has_text_ = row_is_broken_ = quote_seen_ = false;
}

}  // namespace canirun::usage
