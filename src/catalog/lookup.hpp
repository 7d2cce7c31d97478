// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun::catalog {

/// A model name as typed, taken apart: "hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M" is {"unsloth/Qwen3-8B-GGUF", "Q4_K_M"},
/// "llama3.1:8b-instruct-q8_0" is {"llama3.1:8b-instruct", "q8_0"}. `quant` is "" when the name has none.
struct ModelName {
  std::string name;
  std::string quant;
};
ModelName split_model_name(std::string_view text);

/// Folded spellings to try for a model, most literal first: as typed, without hub and owner, without "-GGUF",
/// without "-Instruct" and the like.
std::vector<std::string> model_spellings(std::string_view text);

/// Collects (folded name, id) pairs and says which ids someone probably meant.
class Suggestions {
 public:
  explicit Suggestions(std::string folded) : word_(std::move(folded)) {}
  void consider(std::string_view folded, std::string_view id);
  /// At most three ids, nearest first.
  [[nodiscard]] std::vector<std::string> best() const;

 private:
  struct Candidate {
    double distance;
    std::string id;
  };
  std::string word_;
  std::vector<Candidate> candidates_;
};

/// "unknown model \"lama3\"" with hint "did you mean: llama-3-8b, ...?"; the name is stripped of control characters.
tl::unexpected<Error> not_found(std::string_view what, std::string_view name, const std::vector<std::string>& suggestions,
                                std::string otherwise);

}  // namespace canirun::catalog
