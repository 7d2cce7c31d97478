// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/suggest.hpp>
#include <cctype>

namespace canirun {
namespace {

/// A name longer than this is not something a person mistyped; it also bounds the quadratic distance.
constexpr std::size_t k_longest_word = 128;

struct Scored {
  std::size_t distance = 0;
  std::size_t index = 0;
};

/// Letters that may differ before a guess helps nobody: none of one, one of up to five, then a third.
std::size_t tolerance(std::size_t length) { return length <= 1 ? 0 : std::max<std::size_t>(1, length / 3); }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the classic table: the one before last is needed for swaps of neighbours.
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string folded_name(std::string_view name) {
  std::string folded;
  folded.reserve(name.size());
  for (const char c : name) {
    if (std::string_view("-_.:/ ").find(c) != std::string_view::npos) continue;
    folded += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return folded;
}

std::vector<std::string> closest(std::string_view word, std::span<const std::string> candidates, std::size_t max) {
  const std::string wanted = folded_name(word.substr(0, k_longest_word));
  std::vector<Scored> near;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string candidate = folded_name(std::string_view(candidates[i]).substr(0, k_longest_word));
    const std::size_t longer = std::max(wanted.size(), candidate.size());
    const std::size_t shorter = std::min(wanted.size(), candidate.size());
    const bool contained = wanted.size() >= 3 && candidate.find(wanted) != std::string::npos;
    const std::size_t allowed = tolerance(longer);
    if (!contained && longer - shorter > allowed) continue;
    const std::size_t distance = edit_distance(wanted, candidate);
    // A contained word ranks by what is left over, but never behind the farthest guess by distance alone.
    if (contained) {
      near.push_back({.distance = std::min(distance, allowed), .index = i});
    } else if (distance <= allowed) {
      near.push_back({.distance = distance, .index = i});
    }
  }
  std::stable_sort(near.begin(), near.end(), [](const Scored& a, const Scored& b) { return a.distance < b.distance; });
  if (near.size() > max) near.resize(max);

  std::vector<std::string> names;
  for (const Scored& scored : near) names.push_back(candidates[scored.index]);
  return names;
}

}  // namespace canirun
