// SPDX-License-Identifier: MIT
#include <array>
#include <canirun/suggest.hpp>
#include <catch2/catch.hpp>

using namespace canirun;

TEST_CASE("distance counts swaps of neighbours as one", "[suggest]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("check", "chekc") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("context", "conext") == 1);
}

TEST_CASE("distance is symmetric", "[suggest]") {
  const std::array<std::string, 5> words = {"llama", "lama", "alma", "", "lllama31"};
  for (const std::string& a : words) {
    for (const std::string& b : words) CHECK(edit_distance(a, b) == edit_distance(b, a));
  }
}

TEST_CASE("names are folded before they are compared", "[suggest]") {
  CHECK(folded_name("Qwen2.5-Coder:7B") == "qwen25coder7b");
}

TEST_CASE("the nearest names come first, far ones not at all", "[suggest]") {
  const std::array<std::string, 5> models = {"llama-3.1-8b", "llama-3.2-1b", "phi-4", "qwen3-8b", "llama-3.1-70b"};
  const std::vector<std::string> guesses = closest("lama3.1-8b", models, 2);
  REQUIRE(guesses.size() == 2);
  CHECK(guesses[0] == "llama-3.1-8b");
  CHECK(closest("completely-else", models, 3).empty());
  CHECK(closest("", models, 3).empty());
}

TEST_CASE("part of a name is enough to find it", "[suggest]") {
  const std::array<std::string, 3> devices = {"nvidia/geforce-rtx-4090", "nvidia/geforce-rtx-3090",
                                              "amd/radeon-rx-7900-xtx"};
  const std::vector<std::string> guesses = closest("7900 xtx", devices, 3);
  REQUIRE(guesses.size() == 1);
  CHECK(guesses[0] == "amd/radeon-rx-7900-xtx");
}
