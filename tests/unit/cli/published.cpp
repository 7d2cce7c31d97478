// SPDX-License-Identifier: MIT
// Which published runs are shown beside an estimate.
#include "cli/published.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::cli;

namespace {

struct Asker {
  catalog::Catalog catalog = catalog::Catalog::embedded();
  MachineSource machines{catalog, std::nullopt};
  Places places{/*offline=*/true, {}};
  Resolver resolver{catalog, machines, places};

  std::vector<report::PublishedRun> runs(const char* model, const char* on, const char* quant = "Q4_K_M") {
    Request request;
    request.model = model;
    request.on = on;
    request.quant = quant;
    const Result<Resolved> asked = resolver.resolve(request);
    REQUIRE(asked);
    return published_runs(resolver, *asked);
  }
};

}  // namespace

TEST_CASE("published runs are of the same model and devices, those of the same quant first") {
  Asker ask;
  const std::vector<report::PublishedRun> runs = ask.runs("llama-3.1-8b", "RTX 3090");
  REQUIRE_FALSE(runs.empty());
  CHECK(runs.size() <= 4);
  CHECK(runs.front().quant == "Q4_K_M");
  for (const report::PublishedRun& run : runs) {
    CHECK_FALSE(run.source.empty());
    REQUIRE((run.decode || run.prefill));
    if (run.decode) {
      CHECK(run.decode->measured > 40);  // a slower one would be of another card
      CHECK(run.decode->estimate.low <= run.decode->estimate.high);
    }
  }
  CHECK(ask.runs("llama-3.1-8b", "RTX 3090", "Q2_K").size() >= runs.size());
}

TEST_CASE("two cards are not one, and what nobody measured has no runs") {
  Asker ask;
  const auto speeds = [](const std::vector<report::PublishedRun>& runs) {
    std::vector<double> all;
    for (const report::PublishedRun& run : runs) {
      if (run.prefill) all.push_back(run.prefill->measured);
    }
    return all;
  };
  CHECK(speeds(ask.runs("llama-3-8b", "RTX 3090", "F16")) != speeds(ask.runs("llama-3-8b", "2x RTX 3090", "F16")));
  CHECK(ask.runs("llama-3.1-8b", "vram=24GiB,bandwidth=936GB/s").empty());
  CHECK(ask.runs("llama-3.1-8b", "64x RTX 3090").empty());
}
