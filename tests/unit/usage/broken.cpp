// SPDX-License-Identifier: MIT
// Lines that cannot be read are counted, the first is named, and reading goes on behind them.
#include <catch2/catch.hpp>

#include "readings.hpp"

using namespace canirun;

namespace {

const std::string k_good = "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n";

/// The only broken line of a text with `good` good records in it.
void one_broken(const std::string& text, double good, std::uint64_t line) {
  const auto reading = read_usage(text);
  REQUIRE(reading);
  CHECK(reading->total.output == 2 * good);
  CHECK(reading->broken_lines == 1);
  REQUIRE(reading->first_broken);
  CHECK(reading->first_broken->line == line);
  CHECK_FALSE(reading->first_broken->reason.empty());
}

}  // namespace

TEST_CASE("Broken lines between good ones") {
  one_broken(k_good + "{\"usage\":{\"prompt_tokens\":1\n" + k_good, 2, 2);
  one_broken(k_good + "{\"text\":\"never closed\n" + k_good, 2, 2);
  one_broken(k_good + "no JSON at all\n" + k_good, 2, 2);
  one_broken(k_good + "{\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":2}}\n" + k_good, 2, 2);
  one_broken(k_good + "{\"usage\":{\"prompt_tokens\":1e300}}\n" + k_good, 2, 2);
  one_broken(k_good + "{\"usage\" {}}\n" + k_good, 2, 2);
  one_broken(k_good + "{\"a\":nan}\n" + k_good, 2, 2);
  one_broken("kens\":5}}\n" + k_good + k_good, 2, 1);              // the head was cut off
  one_broken(k_good + k_good + "{\"usage\":{\"prompt_tok", 2, 3);  // and the tail
}

TEST_CASE("An array with an object a line goes on behind a broken one") {
  const auto reading = read_usage(
      "[\n{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}},\n{\"usage\":{\"prompt_tokens\":1,\"completion_"
      "tokens\":\"x\"}},\n"
      "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n]\n");
  REQUIRE(reading);
  CHECK(reading->total.output == 4);
  CHECK(reading->broken_lines == 1);
  CHECK(reading->first_broken->line == 3);
}

TEST_CASE("Rows of a table: a number that is none, a row cut short") {
  const auto reading = read_usage(
      "date,model,prompt_tokens,completion_tokens\n2026-01-01,a,10,2\n2026-01-01,a,ten,2\n2026-01-02\n2026-01-03,a,\"1,"
      "000\",2\n");
  REQUIRE(reading);
  CHECK(reading->total.output == 4);
  CHECK(reading->total.input == 1010);
  CHECK(reading->broken_lines == 2);
  CHECK(reading->first_broken->line == 3);
  CHECK(reading->first_broken->reason.find("prompt_tokens") != std::string::npos);
}

TEST_CASE("Nothing to read is an error that lists what can be read") {
  for (const std::string text :
       {"", "hello\nworld\n", "{}\n{}\n", "[]", "a,b\n1,2\n", "{\"usage\":{\"prompt_tokens\":0}}"}) {
    const auto reading = read_usage(text);
    REQUIRE_FALSE(reading);
    CHECK(reading.error().hint.find("LiteLLM") != std::string::npos);
  }
}

TEST_CASE("Depth, length and nesting of foreign bytes cost nothing") {
  const auto deep = read_usage(k_good + "{\"data\":" + std::string(100000, '[') + "\n" + k_good);
  REQUIRE(deep);
  CHECK(deep->total.output == 4);
  CHECK(deep->broken_lines == 1);
  const auto wide = read_usage("{\"" + std::string(1U << 20U, 'k') + "\":1,\"model\":\"" + std::string(1U << 20U, 'm') +
                               "\",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n");
  REQUIRE(wide);
  CHECK(wide->total.output == 2);
}

TEST_CASE("Where the pieces end does not matter") {
  const std::string log = agent_line("1", "2026-09-01", 1) + "{\"broken\": [1,2\n" + agent_line("1", "2026-09-01", 40) +
                          agent_line("2", "2026-09-02", 7);
  const std::string table =
      "date,model,prompt_tokens,completion_tokens\r\n2026-01-01,\"a\"\"b\",10,2\r\n2026-01-02,c,x,2\n2026-01-03,c,1,1\n";
  for (const std::string& text : {log, table}) {
    const auto whole = read_usage(text);
    REQUIRE(whole);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{64}}) {
      const auto pieces = read_usage(text, piece);
      REQUIRE(pieces);
      CHECK(pieces->total.output == whole->total.output);
      CHECK(pieces->total.prompt() == whole->total.prompt());
      CHECK(pieces->broken_lines == whole->broken_lines);
      CHECK(pieces->duplicates == whole->duplicates);
      CHECK(pieces->active_days == whole->active_days);
      CHECK(pieces->lines == whole->lines);
    }
  }
}
