// SPDX-License-Identifier: MIT
#include "catalog/words.hpp"

#include <algorithm>
#include <array>

#include "catalog/ascii.hpp"

namespace canirun::catalog {
namespace {

constexpr std::size_t k_most_words = 32;  ///< longer texts are no names; keeps the comparison bounded

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void add_word(std::vector<std::string>& words, std::string_view word) {
  if (word.ends_with(".0")) word.remove_suffix(2);
  const auto digit = std::find_if(word.begin(), word.end(), is_digit);
  const auto letters = static_cast<std::size_t>(digit - word.begin());
  const bool number_ends_it = std::none_of(digit, word.end(), is_letter);
  if (letters >= 2 && letters < word.size() && number_ends_it) {
    words.emplace_back(word.substr(0, letters));
    word.remove_prefix(letters);
  }
  constexpr std::array<std::string_view, 3> k_marks{"r", "tm", "c"};
  if (!word.empty() && !is_one_of(word, k_marks)) words.emplace_back(word);
}

}  // namespace

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i <= name.size() && words.size() < k_most_words; ++i) {
    const char c = i < name.size() ? lower(name[i]) : ' ';
    const bool is_point = c == '.' && !word.empty() && is_digit(word.back()) && i + 1 < name.size() && is_digit(name[i + 1]);
    if (is_digit(c) || is_letter(c) || c == '+' || is_point) {
      word += c;
    } else if (!word.empty()) {
      add_word(words, word);
      word.clear();
    }
  }
  return words;
}

std::optional<std::vector<std::string>> words_left_out(const std::vector<std::string>& asked,
                                                       const std::vector<std::string>& name) {
  std::vector<std::string> left = name;
  for (const std::string& word : asked) {
    const auto found = std::find(left.begin(), left.end(), word);
    if (found == left.end()) return std::nullopt;
    left.erase(found);
  }
  return left;
}

bool may_be_left_out_of_model(std::string_view word) {
  constexpr std::array<std::string_view, 5> k_words{"instruct", "it", "chat", "hf", "preview"};
  return is_one_of(word, k_words) || std::any_of(word.begin(), word.end(), is_digit);
}

bool may_be_left_out_of_device(std::string_view word) {
  constexpr std::array<std::string_view, 25> k_words{
      "nvidia", "geforce",  "rtx",   "gtx",  "quadro",       "tesla",     "amd",       "radeon", "rx",
      "pro",    "instinct", "ryzen", "epyc", "threadripper", "intel",     "arc",       "core",   "xeon",
      "apple",  "qualcomm", "gpu",   "cpu",  "graphics",     "processor", "generation"};
  return is_one_of(word, k_words);
}

bool says_no_device(std::string_view word) {
  constexpr std::array<std::string_view, 20> k_words{"my",       "a",      "an",       "the",     "with",    "and", "mini",
                                                     "pc",       "gaming", "computer", "machine", "desktop", "box", "old",
                                                     "graphics", "card",   "gpu",      "cpu",     "only",    "used"};
  return is_one_of(word, k_words);
}

}  // namespace canirun::catalog
