// SPDX-License-Identifier: MIT
#include "cli/question.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::cli;
using json::Word;

namespace {
/// The first error of a request whose one key is wrong; "" when it passes.
std::string complaint(const Request& request) {
  RequestChecker checker(request.from);
  Question question;
  question.settings = settings_asked(checker, request);
  question.usage = usage_asked(checker, request, {});
  question.money = money_asked(checker, request);
  question.floors = floors_asked(checker, request);
  ModelSpec model;
  model.context_limit_tokens = 131072;
  adapt_to_model(checker, request, model, question);
  return checker.error() ? checker.error()->text() : "";
}
}  // namespace

TEST_CASE("an empty request keeps every default", "[question]") {
  CHECK(complaint({}).empty());
  RequestChecker checker(Request::From::flags);
  const EngineSettings settings = settings_asked(checker, {});
  CHECK(settings.context_tokens == EngineSettings{}.context_tokens);
  CHECK_FALSE(settings.gpu_layers.has_value());
}

TEST_CASE("what is absurd is refused by the name it came under", "[question]") {
  Request request;
  request.from = GENERATE(Request::From::flags, Request::From::json);
  const bool json = request.from == Request::From::json;
  SECTION("context") {
    request.context_tokens = Word{GENERATE("0", "-1", "1e99", "many", "8.5")};
    CHECK_THAT(complaint(request), Catch::StartsWith(json ? "/context_tokens: " : "--ctx: "));
  }
  SECTION("parallel") {
    request.parallel = Word{GENERATE("0", "-2", "2.5", "5000", "x")};
    CHECK_THAT(complaint(request), Catch::StartsWith(json ? "/parallel: " : "--parallel: "));
  }
  SECTION("layers") {
    request.gpu_layers = Word{GENERATE("-1", "some", "1e9")};
    CHECK_THAT(complaint(request), Catch::StartsWith(json ? "/gpu_layers: " : "--gpu-layers: "));
  }
  SECTION("electricity") {
    request.money.electricity_usd_per_kwh = Word{GENERATE("-0.1", "cheap", "11", "nan")};
    CHECK_THAT(complaint(request), Catch::StartsWith(json ? "/money/electricity_usd_per_kwh: " : "--kwh: "));
  }
  SECTION("hardware price") {
    request.money.hardware_price_usd = Word{GENERATE("-1", "free", "1e12")};
    CHECK_THAT(complaint(request), Catch::StartsWith(json ? "/money/hardware_price_usd: " : "--hw-price: "));
  }
  SECTION("days") {
    request.use.active_days_per_year = Word{GENERATE("0", "367")};
    CHECK_THAT(complaint(request), Catch::StartsWith(json ? "/use/active_days_per_year: " : "--days: "));
  }
  SECTION("engine") {
    request.engine = "llama";
    CHECK_THAT(complaint(request), Catch::StartsWith(json ? "/engine: " : "--engine: ") && Catch::Contains("vllm"));
  }
}

TEST_CASE("auto and numbers for layers", "[question]") {
  Request request;
  request.gpu_layers = Word{"999"};
  request.cpu_moe_layers = Word{"auto"};
  RequestChecker checker(Request::From::json);
  const EngineSettings settings = settings_asked(checker, request);
  CHECK(settings.gpu_layers == 999U);
  CHECK_FALSE(settings.cpu_moe_layers.has_value());
}

TEST_CASE("kv_type sets both halves, the single ones win", "[question]") {
  Request request;
  request.kv_type = "q8_0";
  request.kv_type_v = "q4_0";
  RequestChecker checker(Request::From::json);
  const EngineSettings settings = settings_asked(checker, request);
  CHECK(settings.kv_type_k == TensorType::q8_0);
  CHECK(settings.kv_type_v == TensorType::q4_0);
}

TEST_CASE("a context nobody asked for stays within the model, speed within the context", "[question]") {
  ModelSpec small;
  small.context_limit_tokens = 2048;
  Question question;
  question.usage.prompt_tokens = 4096;
  question.usage.depth_tokens = 8192;
  RequestChecker checker(Request::From::flags);
  adapt_to_model(checker, {}, small, question);
  CHECK(question.settings.context_tokens == 2048);
  CHECK(question.usage.prompt_tokens == 2048);
  CHECK(question.usage.depth_tokens == 2048);
}

TEST_CASE("a depth or prompt beyond the context that was asked for is an error", "[question]") {
  Request request;
  request.context_tokens = Word{"4096"};
  request.depth_tokens = Word{"5000"};
  CHECK_THAT(complaint(request), Catch::StartsWith("--depth: 5000 tokens do not fit"));
  request.depth_tokens = Word{"0"};
  request.prompt_tokens = Word{"8k"};
  CHECK_THAT(complaint(request), Catch::StartsWith("--prompt: 8192 tokens do not fit"));
}

TEST_CASE("requests a day replace the profile's tokens", "[question]") {
  UsageProfile profile;
  profile.cache_read_tokens_per_day = 1e6;
  Request request;
  request.use.requests_per_day = Word{"500"};
  request.use.output_tokens = Word{"200"};
  RequestChecker checker(Request::From::flags);
  const UsageProfile usage = usage_asked(checker, request, profile);
  CHECK(usage.output_tokens_per_day == Approx(100000));
  CHECK(usage.fresh_input_tokens_per_day == Approx(0));
  CHECK(usage.cache_read_tokens_per_day == Approx(0));

  Request half;
  half.use.output_tokens = Word{"200"};
  CHECK_THAT(complaint(half), Catch::Contains("--requests-per-day"));
}

TEST_CASE("a context nobody asked for is enough for each of several requests", "[question]") {
  const auto asked = [](Request request) {
    RequestChecker checker(request.from);
    Question question;
    question.settings = settings_asked(checker, request);
    question.usage.depth_tokens = 4000;
    question.usage.prompt_tokens = 600;
    ModelSpec model;
    model.context_limit_tokens = 40960;
    adapt_to_model(checker, request, model, question);
    CHECK_FALSE(checker.error());
    return question;
  };
  Request ten;
  ten.parallel = Word{"10"};
  CHECK(asked(ten).settings.context_tokens == 81920);
  CHECK(asked(ten).usage.depth_tokens == 4000);
  ten.engine = "vllm";  // its context is each request's own
  CHECK(asked(ten).settings.context_tokens == 8192);

  // What was asked for is divided, and speed is stated for what is left for one.
  Request divided;
  divided.parallel = Word{"10"};
  divided.context_tokens = Word{"8192"};
  CHECK(asked(divided).settings.context_tokens == 8192);
  CHECK(asked(divided).usage.depth_tokens == 819);
  CHECK(asked(divided).usage.prompt_tokens == 600);
  divided.depth_tokens = Word{"4000"};
  CHECK_THAT(complaint(divided),
             Catch::Contains("4000 tokens do not fit into the context of 819 that each of 10 requests has"));
  divided.kv_unified = true;  // one of them may have all of it
  CHECK(complaint(divided).empty());
}
