// SPDX-License-Identifier: MIT
// What lists say beside prices, and what they offer that nobody has a record of.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "update/compare.hpp"

using namespace canirun;
using namespace canirun::update;

namespace {

constexpr const char* k_since = "2026-09-23";
constexpr const char* k_today = "2026-11-26";

ApiPrice record(const std::string& id, const std::string& open_model = {}) {
  ApiPrice price;
  price.id = id;
  price.provider = "Host " + id.substr(0, id.find('/'));
  price.open_model = open_model;
  price.input_usd_per_mtok = 1;
  price.output_usd_per_mtok = 2;
  price.provenance = {Basis::published, "a list", "2026-09-01"};
  return price;
}
Reading listed(PriceList list, const char* text) {
  Result<Reading> reading = read_price_list(list, text);
  REQUIRE(reading);
  return *std::move(reading);
}
std::vector<std::string> ids(const std::vector<NewOffer>& offers) {
  std::vector<std::string> names;
  for (const NewOffer& offer : offers) names.push_back(offer.price.id);
  return names;
}
const std::vector<OpenModel> k_models = {{"qwen3-8b", "Qwen3 8B", {"Qwen/Qwen3-8B", "qwen3-8b"}},
                                         {"acme-x", "Acme X", {"acme/X-Instruct"}},
                                         {"other-x", "Other X", {"other/X-Instruct"}}};

}  // namespace

TEST_CASE("Facts: what a list says of a model, without what cannot be") {
  const Reading reading = listed(PriceList::models_dev, R"({"a": {"models": {
    "x": {"cost": {"input": 1, "output": 2}, "limit": {"context": 200000}, "release_date": "2026-10-01",
          "modalities": {"input": ["text", "image", "smell"]}, "open_weights": false, "name": "X"},
    "y": {"cost": {"input": 1, "output": 2}, "limit": {"context": -5}, "release_date": "soon",
          "modalities": {"input": "text"}, "open_weights": "no"}}}})");
  REQUIRE(reading.prices.size() == 2);
  const ListedFacts& x = reading.prices[0].facts;
  CHECK(x.context_tokens == 200000.0);
  CHECK(x.released == "2026-10-01");
  CHECK(x.input_kinds == std::vector<std::string>{"image", "text"});
  CHECK(x.open_weights == false);
  const ListedFacts& y = reading.prices[1].facts;
  CHECK_FALSE(y.context_tokens);
  CHECK(y.released.empty());
  CHECK(y.input_kinds.empty());
  CHECK_FALSE(y.open_weights);
  const Reading router =
      listed(PriceList::open_router, R"({"data": [{"id": "qwen/qwen3-8b", "hugging_face_id": "Qwen/Qwen3-8B",
    "context_length": 40960, "architecture": {"input_modalities": ["text", "file"]},
    "pricing": {"prompt": "0.00000003", "completion": "0.0000001"}}]})");
  CHECK(router.prices.at(0).facts.hf_repo == "Qwen/Qwen3-8B");
  CHECK(router.prices[0].facts.open_weights == true);
  CHECK(router.prices[0].facts.input_kinds == std::vector<std::string>{"pdf", "text"});
}

TEST_CASE("Other facts at the same price are a change of their own; an open model's are its own record's") {
  ApiPrice closed = record("a/x"), open = record("a/y", "qwen3-8b");
  closed.context_tokens = 128000;
  closed.input_kinds = {"text", "image"};
  const Reading reading = listed(PriceList::models_dev, R"({"a": {"models": {
    "x": {"cost": {"input": 1, "output": 2}, "limit": {"context": 256000}, "modalities": {"input": ["image", "text"]}},
    "y": {"cost": {"input": 1, "output": 2}, "release_date": "2026-10-01", "open_weights": true}}}})");
  const Comparison result = compare(std::vector{closed, open}, std::vector{reading}, k_today);
  CHECK(result.changed.empty());
  REQUIRE(result.facts_changed.size() == 1);
  CHECK(result.facts_changed[0].after.context_tokens == 256000.0);
  CHECK(result.facts_changed[0].after.input_kinds == closed.input_kinds);  // the same in another order
  REQUIRE(result.confirmed.size() == 1);
  CHECK(result.confirmed[0].after.released.empty());
  CHECK(same_figures(result.confirmed[0].before, result.confirmed[0].after));
  CHECK_FALSE(same_figures(result.facts_changed[0].before, result.facts_changed[0].after));
}

TEST_CASE("A known open model at a host that sells others is a new offer") {
  const Reading reading = listed(PriceList::models_dev, R"({"host": {"models": {
      "accounts/models/qwen3-8b": {"cost": {"input": 0.1, "output": 0.2, "cache_read": 0.05}, "limit": {"context": 40960}},
      "known": {"cost": {"input": 1, "output": 2}},
      "qwen3-8b-turbo": {"cost": {"input": 0.1, "output": 0.2}},
      "qwen3-8b:free": {"cost": {"input": 0.1, "output": 0.2}},
      "x-instruct": {"cost": {"input": 0.1, "output": 0.2}}}},
    "stranger": {"models": {"qwen3-8b": {"cost": {"input": 0.1, "output": 0.2}}}}})");
  ApiPrice known = record("host/name", "acme-x");
  known.aliases = {"known"};
  const auto offers = new_offers(std::vector{known}, std::vector{reading}, k_models, k_since, k_today);
  // Neither another variant, nor a name that two models share, nor a host of whom nothing is known.
  REQUIRE(ids(offers) == std::vector<std::string>{"host/qwen3-8b"});
  const ApiPrice& price = offers[0].price;
  CHECK(price.open_model == "qwen3-8b");
  CHECK(price.provider == "Host host");
  CHECK(price.model_name == "Qwen3 8B");
  CHECK(price.aliases == std::vector<std::string>{"accounts/models/qwen3-8b"});
  CHECK(price.cache_read_usd_per_mtok == 0.05);
  CHECK(price.context_tokens == 40960.0);
  CHECK(price.provenance.retrieved == k_today);
}

TEST_CASE("A repository tells apart what a name does not") {
  const Reading router =
      listed(PriceList::open_router, R"({"data": [{"id": "other/x-instruct", "hugging_face_id": "other/X-Instruct",
    "pricing": {"prompt": "0.0000001", "completion": "0.0000002"}}]})");
  const auto offers =
      new_offers(std::vector{record("openrouter/thing", "qwen3-8b")}, std::vector{router}, k_models, k_since, k_today);
  CHECK(ids(offers) == std::vector<std::string>{"openrouter/other-x"});
}

TEST_CASE("A closed model is new when it came out since, at those who make them") {
  const char* text = R"({"maker": {"models": {
      "new-1": {"cost": {"input": 3, "output": 9}, "release_date": "2026-11-01", "open_weights": false, "name": "New One"},
      "old-1": {"cost": {"input": 3, "output": 9}, "release_date": "2026-09-01", "open_weights": false},
      "open-1": {"cost": {"input": 3, "output": 9}, "release_date": "2026-11-01", "open_weights": true},
      "unsaid": {"cost": {"input": 3, "output": 9}, "release_date": "2026-11-01"},
      "free-1": {"cost": {"input": 0, "output": 0}, "release_date": "2026-11-01", "open_weights": false}}},
    "host": {"models": {"new-1": {"cost": {"input": 3, "output": 9}, "release_date": "2026-11-01", "open_weights": false}}}})";
  const Reading reading = listed(PriceList::models_dev, text);
  const std::vector<ApiPrice> known = {record("maker/first"), record("host/thing", "qwen3-8b")};
  const auto offers = new_offers(known, std::vector{reading}, k_models, k_since, k_today);
  REQUIRE(ids(offers) == std::vector<std::string>{"maker/new-1"});
  CHECK(offers[0].price.model_name == "New One");
  CHECK(offers[0].price.released == "2026-11-01");
  CHECK(offers[0].price.open_model.empty());
}
