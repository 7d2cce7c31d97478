// SPDX-License-Identifier: MIT
// What `canirun bench` says of copies within a card's memory.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "catalog/catalog.hpp"
#include "cli/bench_report.hpp"

using namespace canirun;
using namespace canirun::cli;

namespace {

Machine card() {
  static const catalog::Catalog data = catalog::Catalog::embedded();
  catalog::MachineWish wish;
  wish.on = "RTX 4090";
  return catalog::machine_from_wish(wish, data).value();
}

bench::GpuCopies copies(double bytes_per_s, double spread = 0.01) {
  bench::GpuCopies gpu;
  gpu.device = "gpu0";
  gpu.name = "NVIDIA GeForce RTX 4090";
  gpu.driver = "NVIDIA";
  gpu.by = "CUDA";
  gpu.buffer_bytes = std::uint64_t{256} << 20U;
  gpu.bytes_per_s = bench::Repeated{.typical = bytes_per_s, .spread = spread, .repetitions = 15};
  gpu.is_steady = spread < 0.25;
  return gpu;
}

/// The text with every run of blanks and line ends as one blank.
std::string said(const Machine& machine, std::vector<bench::GpuCopies> gpus, int width = 80) {
  BenchReport report{.head = {}, .machine = machine};
  report.probe = ProbeResult{};
  report.probe->gpus = std::move(gpus);
  report::Terminal terminal;
  terminal.width = width;
  terminal.unicode = false;
  terminal.is_tty = true;
  const std::string text = render_bench_text(report, terminal);
  CAPTURE(text);
  std::string words;
  int column = 0;
  for (const char c : text) {
    CHECK((c == '\n' || c == '\t' || (c >= ' ' && c <= '~')));
    column = c == '\n' ? 0 : column + 1;
    CHECK(column <= width);
    if (c != ' ' && c != '\n') {
      words += c;
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  return words;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a healthy card is told with its share of its record", "[bench]") {
  const std::string text = said(card(), {copies(900e9)});
  CHECK(has(text, "gpu0 copies"));
  CHECK(has(text, "CUDA, NVIDIA"));
  CHECK(has(text, "89 % of 1008 GB/s"));
  CHECK(has(text, "reads are taken to reach the same share"));
  CHECK_FALSE(has(text, "slow"));
}

TEST_CASE("a slow card, a busy one, and one that was not measured", "[bench]") {
  const std::string slow = said(card(), {copies(428.4e9)}, 48);
  CHECK(has(slow, "gpu0 is slow"));
  CHECK(has(slow, "504 GB/s"));
  const std::string busy = said(card(), {copies(428.4e9, 0.6)});
  CHECK(has(busy, "gpu0 is busy"));
  CHECK_FALSE(has(busy, "504 GB/s"));
  bench::GpuCopies none;
  none.device = "gpu0";
  none.why_not = "the driver said \x1b[31mno";
  const std::string silent = said(card(), {none});
  CHECK(has(silent, "not measured: the driver said"));
}

TEST_CASE("copies by an engine for the bus are shown, and call no card slow", "[bench]") {
  bench::GpuCopies engine = copies(250e9);
  engine.by = "Vulkan";
  const std::string text = said(card(), {engine}, 48);
  CHECK(has(text, "gpu0 copies"));
  CHECK(has(text, "25 % of 1008 GB/s"));
  CHECK(has(text, "says nothing of what models read"));
  CHECK_FALSE(has(text, "slow"));
  engine.bytes_per_s->spread = 0.6;
  engine.is_steady = false;
  CHECK_FALSE(has(said(card(), {engine}), "busy"));
}

TEST_CASE("a card without a record has about the bandwidth that its copies show", "[bench]") {
  Machine machine = card();
  machine.pools[1].bandwidth_bytes_per_s.reset();
  machine.pools[1].bandwidth_provenance = {};
  CHECK(has(said(machine, {copies(85e9)}), "it is taken to be 100 GB/s"));
}

TEST_CASE("a renderer on the processor is told as one", "[bench]") {
  bench::GpuCopies renderer = copies(20e9);
  renderer.device.clear();
  renderer.name = "llvmpipe";
  renderer.is_software = true;
  const std::string text = said(card(), {renderer});
  CHECK(has(text, "llvmpipe: a driver that computes on the processor"));
  CHECK_FALSE(has(text, "copies 20"));
}
