// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Names compared word by word, where the whole name is nobody's: people leave words out and change their order.
namespace canirun::catalog {

/// Lower case, "(R)" gone, split at everything but letters, digits and the point inside a number; a number behind two
/// letters or more is a word of its own, and ".0" at its end is dropped: "Qwen3-30B-A3B" is qwen 3 30b a3b, "Granite 4.0"
/// is granite 4.
std::vector<std::string> words_of(std::string_view name);

/// Words of `name` that `asked` leaves out; nothing when `asked` has one that the name lacks.
std::optional<std::vector<std::string>> words_left_out(const std::vector<std::string>& asked,
                                                       const std::vector<std::string>& name);

/// A model is still meant where its version, size or date, or a word like "instruct" is left out.
bool may_be_left_out_of_model(std::string_view word);
/// A device is still meant without its maker and series.
bool may_be_left_out_of_device(std::string_view word);
/// "my gaming pc with an", "mini pc": tells nothing about the device beside it.
bool says_no_device(std::string_view word);

}  // namespace canirun::catalog
