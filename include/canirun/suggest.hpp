// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

/// Number of single-character insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`
/// (optimal string alignment distance). Bytes, not code points: names are ASCII.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Lower case, with '-', '_', '.', ':', '/' and spaces taken out: how names are compared when a person typed them.
std::string folded_name(std::string_view name);

/// The candidates a person most likely meant by `word`, nearest first, at most `max`. Names are compared folded; a
/// candidate counts when it differs in about a third of its letters or contains the word. Empty when nothing is near.
std::vector<std::string> closest(std::string_view word, std::span<const std::string> candidates, std::size_t max);

}  // namespace canirun
