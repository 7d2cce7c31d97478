// SPDX-License-Identifier: MIT
#include "cli/request_stream.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cli/request.hpp"
#include "json/text.hpp"

using namespace canirun;
using namespace canirun::cli;

namespace {
struct Line {
  std::string text;
  bool was_cut = false;
};
std::vector<Line> lines_of(const std::string& input, std::size_t max_bytes) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  REQUIRE(write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  close(ends[1]);
  std::vector<Line> lines;
  const int problem = each_line(
      ends[0], max_bytes, [&](std::string_view line, bool was_cut) { lines.push_back({std::string(line), was_cut}); },
      [] { return true; });
  CHECK(problem == 0);
  close(ends[0]);
  return lines;
}
}  // namespace

TEST_CASE("lines: ends, missing last end, empty ones", "[stream]") {
  CHECK(lines_of("", 10).empty());
  const std::vector<Line> lines = lines_of("a\n\nbc", 10);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].text == "a");
  CHECK(lines[1].text.empty());
  CHECK(lines[2].text == "bc");
}

TEST_CASE("lines: a long one is cut and the next is whole", "[stream]") {
  const std::vector<Line> lines = lines_of("0123456789abc\nok\n0123456789\n", 10);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].was_cut);
  CHECK(lines[0].text == "0123456789");
  CHECK_FALSE(lines[1].was_cut);
  CHECK(lines[1].text == "ok");
  CHECK_FALSE(lines[2].was_cut);
}

TEST_CASE("lines: stopping before a read ends it", "[stream]") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  int seen = 0;
  CHECK(each_line(ends[0], 10, [&](std::string_view, bool) { ++seen; }, [] { return false; }) == 0);
  CHECK(seen == 0);
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("a request line: numbers and words are both taken, unknown keys are named", "[stream]") {
  const Result<Request> request = json::read_text<Request>(
      R"({"id": 7, "model": "m", "context_tokens": 8192, "ram": "64GiB", "gpu_layers": "auto", "vs": null})");
  REQUIRE(request.has_value());
  CHECK(request->id->text == "7");
  CHECK(request->context_tokens->text == "8192");
  CHECK(request->gpu_layers->text == "auto");
  CHECK_FALSE(request->vs.has_value());

  const Result<Request> unknown = json::read_text<Request>(R"({"model": "m", "contxt": 1, "money": {"kwh": 1}})");
  REQUIRE_FALSE(unknown.has_value());
  CHECK_THAT(unknown.error().text(), Catch::Contains("/contxt: unknown key") && Catch::Contains("/money/kwh: unknown key"));
  CHECK_FALSE(json::read_text<Request>(R"({"quant": "Q4_K_M"})").has_value());
  CHECK_FALSE(json::read_text<Request>(R"([1, 2])").has_value());
  CHECK_FALSE(json::read_text<Request>("{").has_value());
}
