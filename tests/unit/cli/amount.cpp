// SPDX-License-Identifier: MIT
#include "cli/amount.hpp"

#include <catch2/catch.hpp>

#include "cli/question.hpp"

using namespace canirun;
using namespace canirun::cli;
using json::Word;

namespace {

const Currency k_euro{.code = "EUR", .per_usd = 0.8};

std::optional<double> usd(const char* text, const Currency& bare = {}, const Currency& known = {}) {
  const Result<double> amount = parse_amount(text, "--kwh", 0, 1000, bare, known);
  return amount ? std::optional(*amount) : std::nullopt;
}
CostInputs asked(const MoneyRequest& money, Request::From from, std::string& complaint) {
  Request request;
  request.from = from;
  request.money = money;
  RequestChecker checker(from);
  CostInputs inputs = money_asked(checker, request);
  complaint = checker.error() ? checker.error()->message : "";
  return inputs;
}
CostInputs asked(const MoneyRequest& money, Request::From from = Request::From::flags) {
  std::string complaint;
  CostInputs inputs = asked(money, from, complaint);
  INFO(complaint);
  REQUIRE(complaint.empty());
  return inputs;
}
std::string complaint(const MoneyRequest& money) {
  std::string text;
  asked(money, Request::From::flags, text);
  return text;
}

}  // namespace

TEST_CASE("Amounts are read with their currency before or behind them", "[amount]") {
  for (const char* text : {"12.5", "$12.5", "12.5$", "US$12.5", "USD 12.5", "12.5 USD", "12.5usd", " 12.5 "})
    CHECK(usd(text) == 12.5);
  for (const char* text : {"10", "10EUR", "EUR10", "10 eur", "€10", "10 €"})
    CHECK(usd(text, k_euro, k_euro) == Approx(12.5));
  CHECK(usd("$10", k_euro, k_euro) == 10.0);  // dollars are always understood
}

TEST_CASE("Currencies are not mixed without a rate", "[amount]") {
  CHECK_FALSE(usd("10 EUR"));
  CHECK_FALSE(usd("£10", k_euro, k_euro));
  CHECK_THAT(parse_amount("10 EUR", "--kwh", 0, 100, {}, {}).error().message, Catch::Contains("EUR"));
  CHECK_THAT(parse_amount("10 EUR", "--kwh", 0, 100, {}, {}).error().hint, Catch::Contains("--currency EUR --rate"));
  for (const char* text : {"", "EUR", "$", "10 EURO", "1O EUR", "$$1", "1e999", "-1", "nan", "EUR EUR 1", "1001"}) {
    INFO(text);
    CHECK_FALSE(usd(text));
  }
}

TEST_CASE("Flags are in the currency asked for; JSON's keys say USD", "[amount]") {
  MoneyRequest money;
  money.currency = "eur";
  money.per_usd = Word{"0.8"};
  money.electricity_usd_per_kwh = Word{"0.4"};
  money.hardware_price_usd = Word{"$1000"};
  money.subscriptions = {"16/month", "€96/year"};
  const CostInputs flags = asked(money);
  CHECK(flags.currency.code == "EUR");
  CHECK(flags.electricity_usd_per_kwh == Approx(0.5));
  CHECK(flags.hardware_price_usd == 1000.0);
  REQUIRE(flags.subscriptions.size() == 2);
  CHECK(flags.subscriptions[0].usd_per_month == Approx(20));
  CHECK(flags.subscriptions[1].usd_per_month == Approx(10));
  CHECK(asked(money, Request::From::json).electricity_usd_per_kwh == 0.4);
}

TEST_CASE("A currency needs its rate, and a rate its currency", "[amount]") {
  MoneyRequest money;
  money.currency = "EUR";
  CHECK_THAT(complaint(money), Catch::Contains("--currency") && Catch::Contains("rate"));
  money.currency = "euros";
  CHECK_THAT(complaint(money), Catch::Contains("no currency"));
  money.currency.reset();
  money.per_usd = Word{"0.9"};
  CHECK_THAT(complaint(money), Catch::StartsWith("--rate: "));
  money.currency = "USD";
  CHECK_THAT(complaint(money), Catch::StartsWith("--rate: "));
  money.currency = "EUR";
  for (const char* rate : {"0", "-1", "nan", "x", "1e99"}) {
    money.per_usd = Word{rate};
    CHECK_THAT(complaint(money), Catch::StartsWith("--rate: "));
  }
}

TEST_CASE("A subscription is a price and a period", "[amount]") {
  MoneyRequest money;
  for (const char* text : {"lots", "/month", "20/week", "-5/month", "20/"}) {
    money.subscriptions = {text};
    INFO(text);
    CHECK_THAT(complaint(money), Catch::StartsWith("--subscription: "));
  }
}

TEST_CASE("Heat is wanted for a part of the year, and has a price only then", "[amount]") {
  MoneyRequest money;
  money.heat_usd_per_kwh = Word{"0.1"};
  CHECK_THAT(complaint(money), Catch::StartsWith("--heat-price: "));
  money.heating_share = Word{"0.6"};
  CHECK(complaint(money).empty());
  money.cooling_share = Word{"0.5"};
  CHECK_THAT(complaint(money), Catch::StartsWith("--cooling: "));
}
