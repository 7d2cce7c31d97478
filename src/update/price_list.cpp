// SPDX-License-Identifier: MIT
#include "update/price_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "json/text.hpp"
#include "update/list_parts.hpp"

namespace canirun::update {
namespace {

/// The dearest text model ever listed took 600 USD; a list that is off by a unit shows prices of thousands.
constexpr double k_most_usd_per_mtok = 5000;
/// Refusals that are named; the rest is counted.
constexpr std::size_t k_most_named = 50;
constexpr std::size_t k_longest_name = 200;

constexpr ListFacts k_facts[] = {
    {"openrouter", "OpenRouter", "https://openrouter.ai/api/v1/models", "CANIRUN_PRICES_URL_OPENROUTER"},
    {"models.dev", "models.dev", "https://models.dev/api.json", "CANIRUN_PRICES_URL_MODELS_DEV"},
    {"litellm", "LiteLLM", "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
     "CANIRUN_PRICES_URL_LITELLM"},
};

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Prices have few digits: what a multiplication adds behind the tenth is taken off again.
double rounded(double value) { return number_in(fmt::format("{:.10g}", value)).value_or(value); }

}  // namespace

const ListFacts& facts_of(PriceList list) { return k_facts[static_cast<std::size_t>(list)]; }

std::optional<double> EntryReader::rate(std::string_view key) {
  const json::View value = object_.at(key);
  if (!value) return std::nullopt;
  const auto is_wrong = [&](std::string reason) {
    if (wrong_.empty()) wrong_ = std::move(reason);
    return std::nullopt;
  };
  std::optional<double> number = value.number();
  if (const std::optional<std::string> text = value.text()) number = number_in(*text);
  if (!number) return is_wrong(fmt::format("{} is no number", key));
  if (*number == 0 || *number == -1) return std::nullopt;
  const double usd = rounded(*number * per_mtok_);
  if (!(usd > 0)) return is_wrong(fmt::format("{} is below zero", key));
  if (!(usd <= k_most_usd_per_mtok)) return is_wrong(fmt::format("{}: {:.6g} USD a million tokens is absurd", key, usd));
  return usd;
}

std::optional<double> context_of(json::View value) {
  constexpr double k_most = 1e9;
  const std::optional<double> tokens = value.number();
  return tokens && *tokens >= 1 && *tokens <= k_most ? tokens : std::nullopt;
}

std::string date_of(json::View value) {
  const std::string text = value.text().value_or("");
  constexpr std::string_view k_shape = "0000-00-00";
  const bool is_date = (text.size() == k_shape.size() || text.size() == 7) &&
                       std::equal(text.begin(), text.end(), k_shape.begin(),
                                  [](char c, char want) { return want == '-' ? c == '-' : c >= '0' && c <= '9'; });
  return is_date ? text : std::string();
}

std::string short_text(json::View value) {
  std::string text = value.text().value_or("");
  return text.size() <= k_longest_name ? text : std::string();
}

std::vector<std::string> kinds_of(json::View list) {
  // "file" is OpenRouter's word for what others call by its format.
  constexpr std::array<std::string_view, 5> k_known = {"audio", "image", "pdf", "text", "video"};
  std::vector<std::string> kinds;
  list.each_element([&](json::View each) {
    std::string kind = each.text().value_or("");
    if (kind == "file") kind = "pdf";
    if (std::find(k_known.begin(), k_known.end(), kind) != k_known.end()) kinds.push_back(std::move(kind));
  });
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

void refuse(Reading& reading, std::string_view entry, std::string reason) {
  ++reading.refused_count;
  if (reading.refused.size() >= k_most_named) return;
  reading.refused.push_back({std::string(entry.substr(0, k_longest_name)), std::move(reason)});
}

void take(Reading& reading, ListedPrice price, const std::string& wrong) {
  if (price.entry.size() > k_longest_name) return refuse(reading, price.entry, "its name is too long");
  if (!wrong.empty()) return refuse(reading, price.entry, wrong);
  if (!price.rates.input || !price.rates.output) {
    ++reading.unpriced;
    return;
  }
  std::erase_if(price.tiers, [](const ListedTier& tier) { return !tier.rates.input || !tier.rates.output; });
  reading.prices.push_back(std::move(price));
}

Result<Reading> read_price_list(PriceList list, std::string_view text) {
  const Result<json::Parsed> parsed = json::Parsed::parse(text, k_most_list_bytes);
  if (!parsed) return tl::unexpected<Error>(parsed.error());
  Reading reading{.list = list, .url = {}, .prices = {}, .unpriced = 0, .refused_count = 0, .refused = {}};
  const json::View root(parsed->root());
  bool is_list = false;
  switch (list) {
    case PriceList::open_router:
      is_list = read_open_router(root, reading);
      break;
    case PriceList::models_dev:
      is_list = read_models_dev(root, reading);
      break;
    case PriceList::lite_llm:
      is_list = read_lite_llm(root, reading);
      break;
  }
  if (!is_list) return fail(ErrorKind::malformed, fmt::format("this is JSON, but not {}'s price list", facts_of(list).name));
  if (reading.prices.empty()) {
    return fail(ErrorKind::malformed,
                fmt::format("no price in it: {} entries without one, {} wrong", reading.unpriced, reading.refused_count));
  }
  return reading;
}

}  // namespace canirun::update
