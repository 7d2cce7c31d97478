// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <string>

#include "update/price_list.hpp"

using namespace canirun;
using namespace canirun::update;

namespace {

const ListedPrice& only(const Result<Reading>& reading) {
  REQUIRE(reading);
  REQUIRE(reading->prices.size() == 1);
  return reading->prices.front();
}
std::string models_dev(const std::string& cost) { return R"({"acme": {"models": {"m-1": {"cost": )" + cost + "}}}}"; }

}  // namespace

TEST_CASE("models.dev: USD per million tokens, by provider and model") {
  const Result<Reading> reading =
      read_price_list(PriceList::models_dev, models_dev(R"({"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 3.75,
                     "context_over_200k": {"input": 6, "output": 22.5}, "input_audio": "whatever"})"));
  const ListedPrice& price = only(reading);
  CHECK(price.provider == "acme");
  CHECK(price.model == "m-1");
  CHECK(price.entry == "acme/m-1");
  CHECK(price.rates == Rates{3.0, 0.3, 3.75, 15.0});
  REQUIRE(price.tiers.size() == 1);
  CHECK(price.tiers[0].above_tokens == 200000);
  CHECK(price.tiers[0].rates == Rates{6.0, std::nullopt, std::nullopt, 22.5});
}

TEST_CASE("OpenRouter: text, USD per token; -1 says that it varies") {
  const ListedPrice price = only(read_price_list(PriceList::open_router, R"({"data": [
    {"id": "a/b", "pricing": {"prompt": "0.0000003", "completion": "0.0000025", "input_cache_read": "0.00000003"}},
    {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}}]})"));
  CHECK(price.provider == "openrouter");
  CHECK(price.model == "a/b");
  CHECK(price.rates == Rates{0.3, 0.03, std::nullopt, 2.5});  // no digit that the multiplication added
}

TEST_CASE("LiteLLM: USD per token, prefixes and names of its own, only what writes text") {
  const ListedPrice price = only(read_price_list(PriceList::lite_llm, R"({
    "sample_spec": {"litellm_provider": "one of"},
    "fireworks_ai/accounts/fireworks/models/x": {"litellm_provider": "fireworks_ai", "mode": "chat",
      "input_cost_per_token": 9e-07, "output_cost_per_token": 9e-07, "cache_read_input_token_cost": 4.5e-07,
      "input_cost_per_token_above_200k_tokens": 1.8e-06, "output_cost_per_token_above_200k_tokens": 2e-06},
    "text-embed": {"litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 1e-07}})"));
  CHECK(price.provider == "fireworks-ai");
  CHECK(price.model == "accounts/fireworks/models/x");
  CHECK(price.entry == "fireworks_ai/accounts/fireworks/models/x");
  CHECK(price.rates == Rates{0.9, 0.45, std::nullopt, 0.9});
  REQUIRE(price.tiers.size() == 1);
  CHECK(price.tiers[0].above_tokens == 200000);
  CHECK(price.tiers[0].rates.input == 1.8);
}

TEST_CASE("An entry that is wrong is named, one that says nothing is counted, the rest is taken") {
  const Result<Reading> reading = read_price_list(PriceList::models_dev, R"({"acme": {"models": {
    "good": {"cost": {"input": 1, "output": 2}}, "free": {"cost": {"input": 0, "output": 0}}, "silent": {},
    "negative": {"cost": {"input": -1.5, "output": 2}}, "words": {"cost": {"input": "cheap", "output": 2}},
    "absurd": {"cost": {"input": 15000, "output": 2}}, "number": 7}}, "nothing": 7})");
  CHECK(only(reading).model == "good");
  CHECK(reading->unpriced == 2);
  CHECK(reading->refused_count == 5);
  std::string all;
  for (const Refusal& refusal : reading->refused) all += refusal.entry + ": " + refusal.reason + "\n";
  for (const char* part : {"acme/negative: input is below zero", "acme/words: input is no number", "absurd", "nothing:"})
    CHECK_THAT(all, Catch::Contains(part));
}

TEST_CASE("Thousands of wrong entries are counted, few are kept") {
  std::string text = R"({"data": [{"id": "a/b", "pricing": {"prompt": "1e-6", "completion": "1e-6"}})";
  for (int i = 0; i < 3000; ++i) text += ", 7";
  const Result<Reading> reading = read_price_list(PriceList::open_router, text + "]}");
  REQUIRE(reading);
  CHECK(reading->refused_count == 3000);
  CHECK(reading->refused.size() <= 100);
}

TEST_CASE("What is no list is an error that says so") {
  for (const PriceList list : k_price_lists) {
    for (const char* text : {"", "<html>", "[", "[]", "{}", "7", "null", R"({"data": {}})", R"({"error": "no"})"}) {
      INFO(facts_of(list).name << ": " << text);
      const Result<Reading> reading = read_price_list(list, text);
      REQUIRE_FALSE(reading);
      CHECK(reading.error().kind == ErrorKind::malformed);
    }
    CHECK_FALSE(read_price_list(list, std::string(100000, '[')));
  }
}
