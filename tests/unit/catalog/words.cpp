// SPDX-License-Identifier: MIT
#include "catalog/words.hpp"

#include <catch2/catch.hpp>

#include "catalog/wish_spoken.hpp"

using namespace canirun::catalog;
using Words = std::vector<std::string>;

TEST_CASE("names fall into the words that people separate") {
  CHECK(words_of("Qwen3-30B-A3B") == Words{"qwen", "3", "30b", "a3b"});
  CHECK(words_of("Granite 4.0 H Tiny") == Words{"granite", "4", "h", "tiny"});
  CHECK(words_of("qwen2.5-coder 1.7b") == Words{"qwen", "2.5", "coder", "1.7b"});
  CHECK(words_of("Intel(R) Core(TM) i7-9700") == Words{"intel", "core", "i7", "9700"});
  CHECK(words_of("gemma3n e4b") == Words{"gemma3n", "e4b"});
  CHECK(words_of(" .. ").empty());
  CHECK(words_of(std::string(10000, 'a')).size() == 1);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a ";
  CHECK(words_of(many).size() <= 32);
}

TEST_CASE("words that are left out, each as often as it stands there") {
  CHECK(words_left_out({"b", "a"}, {"a", "b", "c"}) == Words{"c"});
  CHECK(words_left_out({"a", "a"}, {"a", "b"}) == std::nullopt);
  CHECK(words_left_out({"7b"}, {"1.7b"}) == std::nullopt);
}

TEST_CASE("memory as people say it") {
  CHECK(spoken_memory("64GB")->bytes == 64ULL << 30U);
  CHECK_FALSE(spoken_memory("64GB")->is_ram);
  CHECK(spoken_memory("32 GiB of RAM")->is_ram);
  CHECK(spoken_memory("16gb ddr4")->bytes == 16ULL << 30U);
  for (const char* none : {"", "RAM", "RTX 3060 12GB", "GB", "0GB", "123456GB", "12 GHz", "ram=64GiB"}) {
    INFO(none);
    CHECK_FALSE(spoken_memory(none));
  }
  std::string_view name = "RTX 4090 24GB with 64GB RAM";
  CHECK(take_spoken_ram(name) == 64ULL << 30U);
  CHECK(name == "RTX 4090 24GB");
  CHECK_FALSE(take_spoken_ram(name));
  CHECK(name == "RTX 4090 24GB");
}
