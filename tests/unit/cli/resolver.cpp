// SPDX-License-Identifier: MIT
#include "cli/resolver.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::cli;
using json::Word;

namespace {
const catalog::Catalog& data() {
  static const catalog::Catalog catalog = catalog::Catalog::embedded();
  return catalog;
}
Request about(const std::string& model) {
  Request request;
  request.model = model;
  request.on = "RTX 4090";
  return request;
}
Result<Resolved> resolved(const Request& request) {
  MachineSource machines(data(), std::nullopt);
  Places places(/*offline=*/true, {});
  return Resolver(data(), machines, places).resolve(request);
}
}  // namespace

TEST_CASE("names become records, and the echo says what was understood", "[resolver]") {
  Request request = about("Llama 3.1 8B");
  request.quant = "q8_0";
  request.ram = Word{"32GiB"};
  const Result<Resolved> found = resolved(request);
  REQUIRE(found.has_value());
  CHECK(found->model->id == "llama-3.1-8b");
  CHECK(found->quant->id == "Q8_0");
  CHECK(found->echo.model == "llama-3.1-8b");
  CHECK(found->echo.quant == "Q8_0");
  CHECK(found->echo.ram == "32GiB");
  CHECK(found->machine->pools.front().total_bytes == 32ULL << 30U);
}

TEST_CASE("a quant in the model's name counts, the flag wins", "[resolver]") {
  Request request = about("llama3.1:8b-instruct-q8_0");
  Result<Resolved> found = resolved(request);
  REQUIRE(found.has_value());
  CHECK(found->quant->id == "Q8_0");
  request.quant = "Q4_0";
  found = resolved(request);
  REQUIRE(found.has_value());
  CHECK(found->quant->id == "Q4_0");
}

TEST_CASE("no quant named: Q4_K_M where it fits, smaller where only that fits", "[resolver]") {
  const Result<Resolved> roomy = resolved(about("llama-3.1-8b"));
  REQUIRE(roomy.has_value());
  CHECK(roomy->quant->id == "Q4_K_M");

  Request tight = about("llama-3.1-70b");
  tight.on = "RTX 5090";
  tight.ram = Word{"8GiB"};
  const Result<Resolved> small = resolved(tight);
  REQUIRE(small.has_value());
  CHECK(small->quant->id != "Q4_K_M");
}

TEST_CASE("the API model compared with is the one named, else the price book's", "[resolver]") {
  Request request = about("llama-3.1-8b");
  Result<Resolved> found = resolved(request);
  REQUIRE(found.has_value());
  CHECK_FALSE(found->question.money.versus.empty());
  request.vs = "gpt-4o-mini";
  found = resolved(request);
  REQUIRE(found.has_value());
  CHECK(found->question.money.versus == "openai/gpt-4o-mini");
}

TEST_CASE("what is not a catalog name is refused for what it is", "[resolver]") {
  struct Row {
    const char* model;
    ErrorKind kind;
  };
  const Row row = GENERATE(Row{"", ErrorKind::usage}, Row{"no-such-model-at-all", ErrorKind::not_found},
                           Row{"./x.gguf", ErrorKind::not_found}, Row{"https://example.com/x.gguf", ErrorKind::network},
                           Row{"hf:nobody/nothing-at-all", ErrorKind::network});
  const Result<Resolved> found = resolved(about(row.model));
  INFO(row.model);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().kind == row.kind);
}

TEST_CASE("a place that is a known model's hub page is that model", "[resolver]") {
  const Result<Resolved> found = resolved(about("hf.co/meta-llama/Llama-3.1-8B-Instruct"));
  REQUIRE(found.has_value());
  CHECK(found->model->id == "llama-3.1-8b");
}

TEST_CASE("machines are described once and remembered", "[resolver]") {
  MachineSource machines(data(), std::nullopt);
  const Result<std::shared_ptr<const Machine>> first = machines.machine_for(about("a"));
  const Result<std::shared_ptr<const Machine>> second = machines.machine_for(about("b"));
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(first->get() == second->get());
  Request other = about("a");
  other.ram = Word{"8GiB"};
  CHECK((*machines.machine_for(other)).get() != first->get());
}

TEST_CASE("overrides replace what was known, and a GPU's memory needs a GPU", "[resolver]") {
  Machine machine;
  MemoryPool& host = machine.pools.emplace_back();
  host.total_bytes = 16ULL << 30U;
  host.free_bytes = 1ULL << 30U;
  REQUIRE(
      apply_overrides(machine, {.ram_bytes = 64ULL << 30U, .vram_bytes = {}, .bandwidth_bytes_per_s = 50e9}).has_value());
  CHECK(machine.pools[0].total_bytes == 64ULL << 30U);
  CHECK_FALSE(machine.pools[0].free_bytes.has_value());
  CHECK(machine.pools[0].bandwidth_bytes_per_s == 50e9);
  const Result<void> refused =
      apply_overrides(machine, {.ram_bytes = {}, .vram_bytes = 8ULL << 30U, .bandwidth_bytes_per_s = {}});
  REQUIRE_FALSE(refused.has_value());
  CHECK_THAT(refused.error().message, Catch::Contains("--vram"));
}
