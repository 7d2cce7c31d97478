// SPDX-License-Identifier: MIT
#include "cli/terminal.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::cli;

namespace {
StreamFacts a_terminal() {
  StreamFacts facts;
  facts.is_tty = true;
  facts.columns = 120;
  facts.env_term = "xterm-256color";
  facts.env_lang = "en_US.UTF-8";
  return facts;
}
}  // namespace

TEST_CASE("colour: the flag beats NO_COLOR beats forcing beats the terminal", "[terminal]") {
  StreamFacts facts = a_terminal();
  CHECK(decide_terminal(facts, ColorChoice::automatic).colour);
  facts.env_term = "dumb";
  CHECK_FALSE(decide_terminal(facts, ColorChoice::automatic).colour);
  facts.env_clicolor_force = "1";
  CHECK(decide_terminal(facts, ColorChoice::automatic).colour);
  facts.env_no_color = "0";  // any value but the empty one counts
  CHECK_FALSE(decide_terminal(facts, ColorChoice::automatic).colour);
  CHECK(decide_terminal(facts, ColorChoice::always).colour);
  facts.env_no_color = "";
  CHECK(decide_terminal(facts, ColorChoice::automatic).colour);
  CHECK_FALSE(decide_terminal(facts, ColorChoice::never).colour);
}

TEST_CASE("colour: none in a pipe unless it is forced", "[terminal]") {
  StreamFacts facts = a_terminal();
  facts.is_tty = false;
  CHECK_FALSE(decide_terminal(facts, ColorChoice::automatic).colour);
  facts.env_clicolor_force = "0";
  CHECK_FALSE(decide_terminal(facts, ColorChoice::automatic).colour);
  facts.env_force_color = "1";
  CHECK(decide_terminal(facts, ColorChoice::automatic).colour);
}

TEST_CASE("width: the terminal's, then COLUMNS, then 80", "[terminal]") {
  StreamFacts facts = a_terminal();
  facts.env_columns = "40";
  CHECK(decide_terminal(facts, ColorChoice::automatic).width == 120);
  facts.columns.reset();
  CHECK(decide_terminal(facts, ColorChoice::automatic).width == 40);
  facts.env_columns = "wide";
  CHECK(decide_terminal(facts, ColorChoice::automatic).width == 80);
  facts.env_columns = "-3";
  CHECK(decide_terminal(facts, ColorChoice::automatic).width == 80);
  facts.env_columns = "1";
  CHECK(decide_terminal(facts, ColorChoice::automatic).width == 20);
  facts.env_columns.reset();
  CHECK(decide_terminal(facts, ColorChoice::automatic).width == 80);
}

TEST_CASE("unicode: the first locale variable that is set decides", "[terminal]") {
  StreamFacts facts;
  CHECK_FALSE(decide_terminal(facts, ColorChoice::automatic).unicode);
  facts.env_lang = "de_DE.utf8";
  CHECK(decide_terminal(facts, ColorChoice::automatic).unicode);
  facts.env_lc_ctype = "C";
  CHECK_FALSE(decide_terminal(facts, ColorChoice::automatic).unicode);
  facts.env_lc_all = "C.UTF-8";
  CHECK(decide_terminal(facts, ColorChoice::automatic).unicode);
  facts.env_lc_all = "";
  CHECK_FALSE(decide_terminal(facts, ColorChoice::automatic).unicode);
}
