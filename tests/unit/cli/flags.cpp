// SPDX-License-Identifier: MIT
#include "cli/flags.hpp"

#include <canirun/capability.hpp>
#include <canirun/engine.hpp>
#include <canirun/names.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "cli/commands.hpp"

using namespace canirun;
using namespace canirun::cli;

namespace {
template <class E>
std::string choices_of() {
  std::string all;
  for (const std::string_view name : enum_names(E{})) all += (all.empty() ? "" : "|") + std::string(name);
  return all;
}
}  // namespace

TEST_CASE("every flag can be set, has one name and says what it does", "[flags]") {
  std::set<std::string_view> names;
  std::set<char> letters;
  for (const Flag& flag : flags()) {
    INFO(flag.name);
    CHECK(names.insert(flag.name).second);
    if (flag.letter != 0) CHECK(letters.insert(flag.letter).second);
    CHECK((flag.set != nullptr || flag.name == "help"));
    CHECK_FALSE(flag.help.empty());
    CHECK(flag.help.back() != '.');
    CHECK(flag.help.size() <= 110);
    CHECK(flag.commands != 0);
    CHECK_FALSE((flag.value.empty() && !flag.choices.empty()));
  }
}

TEST_CASE("choices are the names of the enums they stand for", "[flags]") {
  CHECK(find_flag("--engine")->choices == choices_of<Engine>());
  CHECK(find_flag("--engine-mode")->choices == choices_of<EngineMode>());
  CHECK(find_flag("--backend")->choices == choices_of<Backend>());
  CHECK(find_flag("--task")->choices == choices_of<Task>());
  for (const char* type : {"f16", "q8_0", "q4_0", "bf16", "iq4_nl"}) {
    CHECK(is_choice(find_flag("kv-type")->choices, type));
    CHECK(from_name<TensorType>(type).has_value());
  }
  CHECK_FALSE(is_choice("a|b", "c"));
  CHECK_FALSE(is_choice("a|b", ""));
  CHECK_FALSE(is_choice("ab|b", "a"));
}

TEST_CASE("flags are found by name, dashed name and letter", "[flags]") {
  CHECK(find_flag("ctx") == find_flag("--ctx"));
  CHECK(find_flag("-V") == find_flag("--version"));
  CHECK(find_flag("--V") == nullptr);
  CHECK(find_flag("") == nullptr);
}

TEST_CASE("every command has a bit, a line about it and something to paste", "[flags]") {
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    INFO(command.name);
    CHECK(command.bit != 0);
    CHECK_FALSE(command.summary.empty());
    CHECK_FALSE(command.examples.empty());
    CHECK(command.run != nullptr);
  }
}
