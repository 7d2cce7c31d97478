// SPDX-License-Identifier: MIT
#include "catalog/lookup.hpp"

#include <algorithm>
#include <array>
#include <canirun/suggest.hpp>

#include "catalog/names.hpp"

namespace canirun::catalog {
namespace {

constexpr std::size_t k_max_name = 200;  ///< longer words are not names; keeps the distance search bounded

bool same_letters(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return lower(a) == lower(b);
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && std::equal(start.begin(), start.end(), text.begin(), same_letters);
}

std::string_view without_hub(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (starts_with(text, scheme)) text.remove_prefix(scheme.size());
  }
  constexpr std::array<std::string_view, 10> hubs{"huggingface.co/",
                                                  "www.huggingface.co/",
                                                  "hf.co/",
                                                  "hf:",
                                                  "hf://",
                                                  "ollama.com/library/",
                                                  "registry.ollama.ai/library/",
                                                  "ollama:",
                                                  "modelscope.cn/models/",
                                                  "ollama.com/"};
  for (const std::string_view hub : hubs) {
    if (starts_with(text, hub)) {
      text.remove_prefix(hub.size());
      break;
    }
  }
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  return text;
}

/// "Q4_K_M", "q8_0", "IQ4_XS", "UD-Q4_K_XL", "F16", "BF16", "MXFP4", "FP8", "4bit": looks like a way to store weights.
bool looks_like_quant(std::string_view word) {
  const std::string folded = fold(word);
  std::string_view rest = folded;
  if (rest.starts_with("ud")) rest.remove_prefix(2);
  if (rest.starts_with("iq") || rest.starts_with("tq")) rest.remove_prefix(1);
  if (rest.size() >= 2 && rest[0] == 'q' && rest[1] >= '1' && rest[1] <= '8') return true;
  constexpr std::array<std::string_view, 10> plain{"f16",   "bf16",  "f32",  "fp16", "fp8",
                                                   "mxfp4", "nvfp4", "4bit", "8bit", "fp32"};
  return std::find(plain.begin(), plain.end(), folded) != plain.end();
}

/// "qwen3 8b q4", "Qwen3-8B-Q4_K_M", "qwen3-8b.Q8_0": where the quant behind a name without a tag begins; npos: nowhere.
std::size_t quant_at_end(std::string_view text) {
  std::size_t at = text.find_last_of(" -.");
  if (at == std::string_view::npos || at == 0 || !looks_like_quant(text.substr(at + 1))) return std::string_view::npos;
  const std::size_t before = text.find_last_of(" -.", at - 1);  // "UD-Q4_K_XL" is one name
  if (before != std::string_view::npos && before > 0 && fold(text.substr(before + 1, at - before - 1)) == "ud") at = before;
  // "q4", "q4_k_m", "iq3_xxs": behind a blank or a dash any other word may follow a q and a digit.
  const std::string folded = fold(text.substr(at + 1));
  const bool is_plain = folded.find_first_not_of("udiqt0123456789kmslxbfpnv-") == std::string::npos;
  const bool is_of_mlx = folded.ends_with("bit");  // "-4bit" of a repository is no name of a quant by itself
  return is_plain && !is_of_mlx ? at : std::string_view::npos;
}

void add_spelling(std::vector<std::string>& spellings, std::string_view text) {
  std::string folded = fold(text);
  if (folded.empty() || std::find(spellings.begin(), spellings.end(), folded) != spellings.end()) return;
  spellings.push_back(std::move(folded));
}

/// Cuts one of the words that tell a variant of the same weights' shape; false when there is none at the end.
bool drop_ending(std::string_view& text) {
  constexpr std::array<std::string_view, 12> endings{"-gguf",     "_gguf", ".gguf", "-mlx", "-4bit",   "-8bit",
                                                     "-instruct", "-chat", "-it",   "-hf",  ":latest", "-awq"};
  for (const std::string_view ending : endings) {
    if (text.size() > ending.size() && starts_with(text.substr(text.size() - ending.size()), ending)) {
      text.remove_suffix(ending.size());
      return true;
    }
  }
  return false;
}

}  // namespace

ModelName split_model_name(std::string_view text) {
  text = without_hub(text);
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && looks_like_quant(text.substr(colon + 1))) {
    return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  }
  const std::size_t dash = text.rfind('-');
  if (colon != std::string_view::npos && dash != std::string_view::npos && dash > colon &&
      looks_like_quant(text.substr(dash + 1))) {
    return {std::string(text.substr(0, dash)), std::string(text.substr(dash + 1))};
  }
  if (colon == std::string_view::npos) {
    if (const std::size_t at = quant_at_end(text); at != std::string_view::npos)
      return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
  }
  return {std::string(text), {}};
}

std::vector<std::string> model_spellings(std::string_view text) {
  std::vector<std::string> spellings;
  add_spelling(spellings, text);
  const std::string name = split_model_name(text).name;
  std::string_view rest = name;
  add_spelling(spellings, rest);
  if (const std::size_t slash = rest.rfind('/'); slash != std::string_view::npos) rest.remove_prefix(slash + 1);
  add_spelling(spellings, rest);
  while (drop_ending(rest)) add_spelling(spellings, rest);
  if (starts_with(rest, "meta-")) add_spelling(spellings, rest.substr(5));
  return spellings;
}

void Suggestions::consider(std::string_view folded, std::string_view id) {
  if (word_.empty() || word_.size() > k_max_name) return;
  const std::size_t longer = std::max(word_.size(), folded.size());
  const std::size_t shorter = std::min(word_.size(), folded.size());
  double distance = 1;
  if (shorter >= 3 && (folded.starts_with(word_) || word_.starts_with(folded))) {
    distance = 0.05 + 0.2 * static_cast<double>(longer - shorter) / static_cast<double>(longer);
  } else if (shorter >= 4 && folded.find(word_) != std::string_view::npos) {
    distance = 0.15 + 0.2 * static_cast<double>(longer - shorter) / static_cast<double>(longer);
  } else {
    // A short word against a long name: compare with the name's beginning, at a price for what is left over.
    const std::string_view head = folded.substr(0, std::min(folded.size(), word_.size() + 1));
    const auto over_word = [&](std::size_t edits) { return static_cast<double>(edits) / static_cast<double>(word_.size()); };
    distance = std::min(static_cast<double>(edit_distance(word_, folded)) / static_cast<double>(longer),
                        0.1 + over_word(edit_distance(word_, head)) +
                            0.1 * static_cast<double>(longer - shorter) / static_cast<double>(longer));
  }
  if (distance < 0.4) candidates_.push_back({distance, std::string(id)});
}

std::vector<std::string> Suggestions::best() const {
  std::vector<Candidate> sorted = candidates_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
  std::vector<std::string> ids;
  for (const Candidate& candidate : sorted) {
    if (ids.size() == 3) break;
    if (std::find(ids.begin(), ids.end(), candidate.id) == ids.end()) ids.push_back(candidate.id);
  }
  return ids;
}

tl::unexpected<Error> not_found(std::string_view what, std::string_view name, const std::vector<std::string>& suggestions,
                                std::string otherwise) {
  std::string shown;
  for (const char c : name.substr(0, k_max_name)) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) shown.push_back(c);
  }
  std::string hint;
  for (const std::string& id : suggestions) hint += (hint.empty() ? "did you mean: " : ", ") + id;
  return fail(ErrorKind::not_found, "unknown " + std::string(what) + " \"" + shown + "\"",
              hint.empty() ? std::move(otherwise) : hint + "?");
}

}  // namespace canirun::catalog
