// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "json/view.hpp"
#include "update/price_list.hpp"

/// What the readers of the lists share.
namespace canirun::update {

/// One entry while it is read: figures in whatever way the list writes them, and the first thing that is wrong with them.
class EntryReader {
 public:
  /// `tokens`: how many tokens a figure of this list is the price of.
  EntryReader(json::View object, double tokens) : object_(object), per_mtok_(1e6 / tokens) {}

  /// USD per million tokens; nothing when it is not there, 0, or -1 ("varies"). Anything else that is no price is wrong.
  std::optional<double> rate(std::string_view key);
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  json::View object_;
  double per_mtok_;
  std::string wrong_;
};

/// Facts as lists write them, without what cannot be true or is too long to be it.
std::optional<double> context_of(json::View value);
std::string date_of(json::View value);
std::string short_text(json::View value);
std::vector<std::string> kinds_of(json::View list);

/// Puts an entry where it belongs: among the prices, the unpriced or the refused.
void take(Reading& reading, ListedPrice price, const std::string& wrong);
void refuse(Reading& reading, std::string_view entry, std::string reason);

/// False when the document has not this list's shape.
bool read_models_dev(json::View root, Reading& reading);
bool read_open_router(json::View root, Reading& reading);
bool read_lite_llm(json::View root, Reading& reading);

}  // namespace canirun::update
