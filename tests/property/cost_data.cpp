// SPDX-License-Identifier: MIT
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "catalog/catalog.hpp"
#include "catalog/device_record.hpp"

using namespace canirun;

namespace {

const catalog::Catalog& data() {
  static const catalog::Catalog catalog = catalog::Catalog::embedded();
  return catalog;
}
bool in_order(const Range& range) { return range.low <= range.typical && range.typical <= range.high && range.low >= 0; }

}  // namespace

TEST_CASE("prices refer to records that exist, and hold no free lunch") {
  const PriceBook& prices = data().books().prices;
  std::set<std::string> devices, models, hardware, classes;
  for (const catalog::DeviceRecord& device : data().devices()) devices.insert(device.id);
  for (const ModelSpec& model : data().models()) models.insert(model.id);
  for (const HardwarePrice& price : prices.hardware) hardware.insert(price.id);
  for (const ResaleClass& resale : prices.resale) classes.insert(resale.id);

  CHECK(prices.api.size() > 300);
  CHECK(std::count_if(prices.api.begin(), prices.api.end(), [](const ApiPrice& p) { return p.default_comparator; }) == 1);
  for (const ApiPrice& price : prices.api) {
    INFO(price.id);
    CHECK(price.input_usd_per_mtok > 0);
    CHECK(price.output_usd_per_mtok > 0);
    CHECK(price.cache_read_usd_per_mtok.value_or(price.input_usd_per_mtok) <= price.input_usd_per_mtok);
    CHECK(price.provenance.retrieved.size() >= 7);
    if (!price.open_model.empty()) CHECK(models.contains(price.open_model));
  }
  CHECK(prices.hardware.size() >= 175);
  for (const HardwarePrice& price : prices.hardware) {
    INFO(price.id);
    CHECK(classes.contains(price.resale_class));
    for (const std::string& record : price.device_records) CHECK(devices.contains(record));
    for (const std::optional<Range>& range : {price.new_usd, price.used_usd, price.inference_w}) {
      if (range) CHECK(in_order(*range));
    }
    if (price.inference_w && price.board_limit_w) CHECK(price.inference_w->typical <= *price.board_limit_w * 1.05);
    if (price.idle_w && price.idle_loaded_w) CHECK(*price.idle_w <= *price.idle_loaded_w);
  }
  for (const RentalPrice& rental : prices.rental) {
    INFO(rental.id);
    CHECK(hardware.contains(rental.hardware));
    CHECK(in_order(rental.usd_per_hour));
  }
  for (const ElectricityPrice& price : prices.electricity) {
    INFO(price.region);
    if (price.usd_per_kwh) CHECK((*price.usd_per_kwh > 0.05 && *price.usd_per_kwh < 1));
  }
}

TEST_CASE("every benchmark that counts is one that models have, under the same name") {
  std::set<std::string> known;
  for (const ModelSpec& model : data().models()) {
    for (const QualityFigure& quality : model.quality) known.insert(quality.benchmark);
  }
  for (const BenchmarkMeaning& meaning : data().books().capability.benchmarks) {
    INFO(meaning.id);
    CHECK(known.contains(meaning.benchmark));
    CHECK(meaning.close_within < meaning.assists_within);
    CHECK(meaning.scale_low < meaning.scale_high);
  }
}

TEST_CASE("the profiles that the flags promise exist, each for its task") {
  for (const auto& [name, task] :
       {std::pair("chat", Task::chat), std::pair("coding", Task::coding), std::pair("summarise", Task::summarise),
        std::pair("reasoning", Task::reasoning), std::pair("structured", Task::structured)}) {
    INFO(name);
    const Result<UsageProfile> usage = data().usage(name);
    REQUIRE(usage);
    CHECK(usage->task == task);
    CHECK(usage->output_tokens_per_day > 0);
  }
  CHECK(data().usage("seed_one_dev")->output_tokens_per_day == 500 * 200);
  CHECK(data().usage("seed_team")->output_tokens_per_day * data().usage("seed_team")->people == 1'000'000);
}

TEST_CASE("the models of the simple sums and of the usual comparison have a price and evidence") {
  for (const char* name : {"gpt-4o", "gpt-4o-mini", "claude-sonnet", "claude-haiku-4.5", "gemini-3-flash"}) {
    INFO(name);
    const Result<ApiPrice> price = data().api_price(name);
    REQUIRE(price);
    CHECK_FALSE(price->quality.empty());
  }
  CHECK(data().api_price("claude-haiku-4.5")->output_usd_per_mtok == 5);
}
