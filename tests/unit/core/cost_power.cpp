// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "core/cost_parts.hpp"
#include "cost_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

TEST_CASE("watts: measured ones of the card, not its limit; idle only what the model adds") {
  const LocalCost own = *estimate().local_own;
  // 8 billion dense: the middle of the card's range, over the supply's efficiency, and 20 W of the PC.
  CHECK(own.active_w == Approx(280 / 0.9 + 20));
  CHECK(own.prefill_w == Approx(450 / 0.9 + 20));
  CHECK(own.idle_w == Approx((19 - 10) / 0.9));
  CHECK(own.watts_basis == Basis::derived);

  CostInputs dedicated;
  dedicated.dedicated = true;
  const LocalCost alone = *estimate(dedicated).local_own;
  CHECK(alone.active_w == Approx(280 / 0.9 + 60));
  CHECK(alone.idle_w == Approx(40 + 19 / 0.9));

  CostInputs given;
  given.active_w = 400;
  given.idle_w = 62;
  CHECK(estimate(given).local_own->active_w == 400);
  CHECK(estimate(given).local_own->prefill_w == 400);
  CHECK(estimate(given).local_own->idle_w == 62);
}

TEST_CASE("watts without a price record come from the limit by class of card; without a limit they are missing") {
  PriceBook prices = book();
  prices.hardware.clear();
  Machine machine = one_card();
  machine.devices[1].tdp_w = 400;
  const CostEstimate derived = estimate_cost(machine, dense_model(), chat_day(), {}, speed(100, 4000), prices);
  REQUIRE(derived.local_own);
  CHECK(derived.local_own->active_w == Approx(0.70 * 400 / 0.9 + 20));
  CHECK(derived.local_own->watts_basis == Basis::derived);
  CHECK_FALSE(derived.local_buy);
  CHECK(derived.local_buy_missing.find("no price for RTX Test") != std::string::npos);

  machine.devices[1].power_limit_w = 200;  // lowered by the user, and then it is a small card
  CHECK(estimate_cost(machine, dense_model(), chat_day(), {}, speed(100, 4000), prices).local_own->prefill_w ==
        Approx(200 / 0.9 + 20));

  machine.devices[1].tdp_w.reset();
  machine.devices[1].power_limit_w.reset();
  const CostEstimate unknown = estimate_cost(machine, dense_model(), chat_day(), {}, speed(100, 4000), prices);
  CHECK_FALSE(unknown.local_own);
  CHECK(unknown.local_own_missing.find("power") != std::string::npos);
  CHECK_FALSE(unknown.api.empty());  // the API side still answers
}

TEST_CASE("a CPU without a GPU draws a share of its package limit") {
  const CostEstimate result = estimate_cost(cpu_only(), dense_model(), chat_day(), {}, speed(8, 60), book());
  REQUIRE(result.local_own);
  CHECK(result.local_own->active_w == Approx(0.7 * 100 / 0.9 + 20));
  REQUIRE(result.local_buy);
  CHECK(result.local_buy->hardware_price_usd == 1500);  // a plain PC
}

TEST_CASE("a lowered power limit caps the measured watts") {
  Machine machine = one_card();
  machine.devices[1].power_limit_w = 250;  // the record says 280 while decoding
  const CostEstimate result = estimate_cost(machine, dense_model(), chat_day(), {}, speed(100, 4000), book());
  CHECK(result.local_own->active_w == Approx(250 / 0.9 + 20));
  CHECK(result.local_own->prefill_w == Approx(250 / 0.9 + 20));
}

TEST_CASE("a record with another memory size is another product") {
  PriceBook prices = book();
  prices.hardware[0].memory_bytes = 8ULL << 30U;  // the machine's card has 24 GiB
  const CostEstimate result = estimate_cost(one_card(), dense_model(), chat_day(), {}, speed(100, 4000), prices);
  CHECK_FALSE(result.local_buy);
  prices.hardware[0].memory_bytes = 22ULL << 30U;  // what a driver leaves of 24
  CHECK(estimate_cost(one_card(), dense_model(), chat_day(), {}, speed(100, 4000), prices).local_buy);
}

TEST_CASE("a whole system's watts are wall watts and its memory picks the record") {
  Machine mac;
  mac.pools.resize(1);
  mac.pools[0].kind = PoolKind::unified;
  mac.pools[0].total_bytes = 32ULL << 30U;
  Device gpu;
  gpu.kind = DeviceKind::integrated_gpu;
  gpu.vendor = Vendor::apple;
  gpu.name = "Chip";
  gpu.record_id = "apple/chip";
  mac.devices = {gpu};
  PriceBook prices = book();
  for (const auto& [id, gib, usd] : {std::tuple("mac-16", 16, 600.0), std::tuple("mac-32", 32, 900.0)}) {
    HardwarePrice price;
    price.id = price.name = id;
    price.device_records = {"apple/chip"};
    price.whole_system = true;
    price.memory_bytes = static_cast<std::uint64_t>(gib) << 30U;
    price.used_usd = Range::exactly(usd);
    price.inference_w = Range{20, 30, 60};
    price.idle_w = 4;
    price.idle_loaded_w = 5;
    price.resale_class = "card";
    prices.hardware.push_back(price);
  }
  const CostEstimate result = estimate_cost(mac, dense_model(), chat_day(), {}, speed(20, 300), prices);
  REQUIRE(result.local_buy);
  CHECK(result.local_buy->hardware_price_usd == 900);
  CHECK(result.local_own->active_w == 26);  // on anyway: above idle
  CHECK(result.local_own->idle_w == 1);
  CHECK_FALSE(mentions(result.leaves_out, "the PC around the card"));
}
