// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/verdict.hpp>
#include <catch2/catch.hpp>

#include "money_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

namespace {

/// A case that says yes on every gate; each test spoils one thing.
struct Case {
  Machine machine = one_card();
  ModelSpec model = dense_model();
  PlacedMemory placed;
  std::optional<ThroughputEstimate> speed = money_cases::speed(60, 3000);
  Capability capability;
  UsageProfile usage = chat_day();
  CostInputs money;
  PriceBook prices = book();
  Floors floors;
  Policy policy;

  Case() {
    placed.placement.status = FitStatus::fits;
    placed.placement.fits_now = placed.placement.fits_idle = true;
    placed.placement.limiting_pool = 1;
    capability.level = CapabilityLevel::close;
    capability.reference = "dear/frontier";
    // Only the dear opponent, and use that costs several hundred dollars a year there.
    prices.api.resize(1);
    usage.output_tokens_per_day = 300'000;
  }
  [[nodiscard]] Verdict decide() const {
    const Usability usability = judge_usability(speed, UsabilityThresholds{});
    return canirun::decide(machine, model, placed, speed, usability, capability,
                           estimate_cost(machine, model, usage, money, speed, prices), floors, policy);
  }
};

bool has(const Verdict& verdict, const std::string& code) {
  return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}
std::string text_of(const Verdict& verdict, const std::string& code) {
  for (const Reason& reason : verdict.reasons) {
    if (reason.code == code) return reason.text;
  }
  return "";
}

}  // namespace

TEST_CASE("fits, comfortable, close and cheaper: run it here") {
  const Verdict verdict = Case{}.decide();
  CHECK(verdict.answer == Answer::run_local);
  CHECK(verdict.yes);
  CHECK(verdict.worth_it);
  CHECK(has(verdict, "close"));
  CHECK(has(verdict, "fast"));
  CHECK(text_of(verdict, "cheaper_local").find("a day here (electricity and upkeep, hardware already paid) against $3.60") !=
        std::string::npos);
}

TEST_CASE("far behind by evidence: no money is compared, and the answer is not a substitute") {
  Case c;
  c.capability.level = CapabilityLevel::not_a_substitute;
  const Verdict verdict = c.decide();
  CHECK(verdict.answer == Answer::use_api);
  CHECK_FALSE(verdict.worth_it);
  CHECK(verdict.yes);  // it does run
  CHECK(verdict.reasons.front().code == "not_a_substitute");
  CHECK_FALSE(has(verdict, "cheaper_local"));
  REQUIRE_FALSE(verdict.suggestions.empty());
  CHECK(verdict.suggestions.front().command.starts_with("canirun list --on \"RTX Test\" --task"));
}

TEST_CASE("a distance on linked benchmarks is named as what it is, and compared with nobody's price") {
  Case c;
  c.capability.level = CapabilityLevel::not_a_substitute;
  c.capability.linked = true;
  CHECK(c.decide().reasons.front().text.find("linked through other models") != std::string::npos);
  CHECK_FALSE(has(c.decide(), "no_cost"));
}

TEST_CASE("does not fit: cannot run, with what is missing") {
  Case c;
  c.placed.placement.status = FitStatus::does_not_fit;
  c.placed.placement.headroom_bytes = -(3LL << 30);
  c.speed.reset();
  const Verdict verdict = c.decide();
  CHECK(verdict.answer == Answer::cannot_run);
  CHECK_FALSE(verdict.yes);
  CHECK(text_of(verdict, "does_not_fit") == "does not fit: 3.0 GiB short in gpu0");
  CHECK(verdict.suggestions.front().text == "3.0 GiB more memory (gpu0)");
  c.policy.private_data = true;
  CHECK(has(c.decide(), "private"));
}

TEST_CASE("fits only once others free their memory: said, still yes") {
  Case c;
  c.placed.placement.fits_now = false;
  CHECK(has(c.decide(), "fits_when_idle"));
  CHECK(c.decide().yes);
}

TEST_CASE("slow: batch only for someone who waits, fine for a batch; below use, no") {
  Case c;
  c.speed = money_cases::speed(2, 60);
  c.usage.output_tokens_per_day = 20'000;
  c.usage.cache_read_tokens_per_day = c.usage.fresh_input_tokens_per_day = 10'000;
  CHECK(c.decide().answer == Answer::use_api);
  CHECK(c.decide().yes);
  CHECK(text_of(c.decide(), "batch_only").find("batch only, not a conversation: 2.0 tok/s") != std::string::npos);
  c.usage.interactive = false;
  CHECK(c.decide().answer == Answer::run_local);
  c.speed = money_cases::speed(0.2, 60);
  CHECK_FALSE(c.decide().yes);
  CHECK(has(c.decide(), "unusable"));
  c.policy.air_gapped = true;
  CHECK(c.decide().answer == Answer::cannot_run);
}

TEST_CASE("more tokens than the day has hours: capacity, with what binds") {
  Case c;
  c.usage.output_tokens_per_day = 9'000'000;
  const Verdict verdict = c.decide();
  CHECK(verdict.answer == Answer::use_api);
  CHECK(text_of(verdict, "capacity").find("writing answers binds") != std::string::npos);
}

TEST_CASE("policy is declared before money") {
  Case c;
  c.prices.api[0].input_usd_per_mtok = c.prices.api[0].output_usd_per_mtok = 0.001;
  CHECK(c.decide().answer != Answer::cannot_run);
  c.policy.private_data = true;
  c.capability.level = CapabilityLevel::not_a_substitute;
  const Verdict verdict = c.decide();
  CHECK(verdict.answer == Answer::run_local);
  CHECK(verdict.worth_it);
  CHECK(has(verdict, "private"));
  CHECK(has(verdict, "not_a_substitute"));  // still said
  CHECK_FALSE(has(verdict, "cheaper_api"));
}

TEST_CASE("floors: not met is a no, whatever the money says") {
  Case c;
  c.floors.min_decode_tokens_per_s = 61;
  CHECK_FALSE(c.decide().yes);
  CHECK_FALSE(c.decide().worth_it);
  CHECK(text_of(c.decide(), "floor_decode") == "below the 61 tok/s asked for");
  c.floors.min_decode_tokens_per_s = 60;
  CHECK(c.decide().yes);
  c.floors.max_time_to_first_token_s = 0.1;
  CHECK(has(c.decide(), "floor_first_token"));
}

TEST_CASE("the same weights hosted for less than the electricity win; below $100 a year money does not decide") {
  Case c;
  c.prices.api.push_back(api("cheap/model-8b", 0.02, 0.03, "model-8b"));
  c.usage.output_tokens_per_day = 1'000'000;
  c.speed = money_cases::speed(15, 3000);
  c.usage.hours_available_per_day = 24;
  const Verdict dear = c.decide();
  CHECK(dear.answer == Answer::use_api);
  CHECK(text_of(dear, "cheaper_api").find("the same model at Provider") != std::string::npos);
  CHECK_FALSE(dear.worth_it);

  c.usage.output_tokens_per_day = 30'000;
  const Verdict small = c.decide();
  CHECK(has(small, "small_money"));
  CHECK(small.answer == Answer::run_local);  // owned, and the difference is a few dollars
  c.money.ownership = Ownership::buy;        // for a few dollars nobody buys a card
  CHECK_FALSE(c.decide().worth_it);
}

TEST_CASE("a small difference keeps owned hardware running but is no reason to buy") {
  Case c;
  c.money.ownership = Ownership::buy;
  c.prices.hardware[0].used_usd = Range::exactly(100);
  c.usage.output_tokens_per_day = 1'000;
  c.usage.fresh_input_tokens_per_day = c.usage.cache_read_tokens_per_day = 1'000;
  const Verdict verdict = c.decide();
  CHECK(has(verdict, "small_money"));
  CHECK(verdict.answer == Answer::use_api);
  CHECK_FALSE(verdict.worth_it);
  c.money.ownership = Ownership::own;
  CHECK(c.decide().answer == Answer::run_local);
}

TEST_CASE("ranges that overlap are about even, decided by the biggest driver") {
  Case c;
  c.money.ownership = Ownership::buy;
  c.money.today = "2026-12-31";  // the price is old: 0.6 to 1.5 times
  c.usage.output_tokens_per_day = 130'000;
  c.usage.cache_read_tokens_per_day = 0;
  c.usage.fresh_input_tokens_per_day = 50'000;
  const Verdict verdict = c.decide();
  CHECK(text_of(verdict, "about_even").find("about even, decided by how much it is used") != std::string::npos);
}

TEST_CASE("good for the simple part: both") {
  Case c;
  c.capability.level = CapabilityLevel::assists;
  const Verdict verdict = c.decide();
  CHECK(verdict.answer == Answer::hybrid);
  CHECK(text_of(verdict, "hybrid").find("50 % of the requests here") != std::string::npos);
}

TEST_CASE("no evidence: said first, money still compared, low confidence") {
  Case c;
  c.capability.level = CapabilityLevel::unknown;
  const Verdict verdict = c.decide();
  CHECK(verdict.reasons.front().code == "no_evidence");
  CHECK(verdict.confidence == Confidence::low);
  CHECK(verdict.answer == Answer::run_local);
}

TEST_CASE("an unknown price to buy is said and compared as owned") {
  Case c;
  c.money.ownership = Ownership::buy;
  c.prices.hardware[0].used_usd.reset();
  CHECK(text_of(c.decide(), "price_unknown").find("no price for RTX Test") != std::string::npos);
}

TEST_CASE("renting by the hour, for those who would have to buy, when it is less than both") {
  Case c;
  c.money.ownership = Ownership::buy;
  c.money.hardware_price_usd = 20'000;
  c.usage.interactive = false;
  c.usage.fresh_input_tokens_per_day = 5'000'000;
  const Verdict verdict = c.decide();
  CHECK(verdict.answer == Answer::rent);
  CHECK(has(verdict, "cheaper_rent"));
}

TEST_CASE("alternatives are smaller, nearest first, and say what to type") {
  const ModelSpec model = dense_model();
  const Machine machine = one_card();
  EngineSettings settings;
  const std::vector<Alternative> list = alternatives_to_try(machine, model, "Q5_K_M", settings);
  REQUIRE(list.size() >= 5);
  CHECK(list.size() <= 18);
  CHECK(list[0].suggestion.command == "canirun check model-8b --on \"RTX Test\" --quant Q5_K_M --kv-type q8_0");
  CHECK(list[1].quant == "Q5_K_S");
  CHECK(list[2].settings.context_tokens == 4096);
  for (const Alternative& alternative : list) {
    CHECK(alternative.settings.context_tokens <= settings.context_tokens);
    CHECK(alternative.quant != "Q8_0");
    CHECK_FALSE(alternative.suggestion.text.empty());
  }
  settings.parallel = 4;
  settings.context_tokens = 32768;
  const std::vector<Alternative> fewer = alternatives_to_try(machine, model, "Q5_K_M", settings);
  CHECK(fewer[0].settings.parallel == 2);
  CHECK(fewer[1].settings.parallel == 1);
  CHECK(fewer[1].settings.context_tokens == 8192);  // what each of the four has
  settings.parallel = 8;
  CHECK(alternatives_to_try(machine, model, "Q5_K_M", settings)[0].settings.parallel == 4);
  CHECK(alternatives_to_try(machine, model, "Q5_K_M", settings)[0].settings.context_tokens == 16384);
  // vLLM reads other files, and gives each request the whole context.
  settings.engine = Engine::vllm;
  const std::vector<Alternative> vllm = alternatives_to_try(machine, model, "BF16", settings);
  CHECK(vllm[0].settings.context_tokens == 32768);
  CHECK(std::any_of(vllm.begin(), vllm.end(), [](const Alternative& each) { return each.quant == "AWQ-4bit"; }));
  // Nothing left to shrink: nothing is proposed.
  settings = EngineSettings{};
  settings.context_tokens = 2048;
  settings.flash_attn = false;
  CHECK(alternatives_to_try(machine, model, "IQ2_XXS", settings).empty());
}
