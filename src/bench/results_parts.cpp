// SPDX-License-Identifier: MIT
#include "bench/results_parts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace canirun::bench {

std::optional<std::string_view> Lines::next() {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t line_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> token_count(double number) {
  constexpr double k_most = 1U << 30U;
  if (!(number >= 0 && number <= k_most) || std::floor(number) != number) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

Error at_line(std::size_t line, std::string message, std::string hint) {
  return {.kind = ErrorKind::malformed,
          .message = std::move(message),
          .context = {"line " + std::to_string(line)},
          .hint = std::move(hint)};
}

std::string date_of(std::string_view time) {
  constexpr std::string_view k_shape = "0000-00-00";
  if (time.size() < k_shape.size()) return {};
  for (std::size_t i = 0; i < k_shape.size(); ++i) {
    const bool digit = time[i] >= '0' && time[i] <= '9';
    if (k_shape[i] == '-' ? time[i] != '-' : !digit) return {};
  }
  return std::string(time.substr(0, k_shape.size()));
}

std::string quant_of_file_type(std::string_view words) {
  std::string_view text = trimmed(words);
  const std::size_t space = text.find(' ');
  std::string name(text.substr(0, space));
  if (space == std::string_view::npos) return name;
  const std::string_view rest = text.substr(space);
  const auto says = [&](std::string_view word) { return rest.find(word) != std::string_view::npos; };
  if (name == "IQ3_S" && says("mix")) return "IQ3_M";
  if (name == "Q2_K" && says("Medium")) return name;  // its plain form
  for (const std::string_view size : {"Small", "Medium", "Large"}) {
    if (says(size)) return name + "_" + size.front();
  }
  return name;
}

std::string quant_in_type(std::string_view type) {
  for (std::size_t at = type.find(' '); at != std::string_view::npos; at = type.find(' ', at + 1)) {
    const std::string_view rest = type.substr(at + 1);
    const bool starts_like_one = rest.starts_with("Q") || rest.starts_with("IQ") || rest.starts_with("F16") ||
                                 rest.starts_with("BF16") || rest.starts_with("MXFP4") || rest.starts_with("TQ");
    if (starts_like_one) return quant_of_file_type(rest);
  }
  return {};
}

}  // namespace canirun::bench
