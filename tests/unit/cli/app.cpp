// SPDX-License-Identifier: MIT
#include "cli/app.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::cli;

namespace {
Invocation parsed(const std::vector<std::string>& arguments) {
  Result<Invocation> invocation = parse_arguments(arguments);
  if (!invocation) FAIL(invocation.error().text());
  return std::move(*invocation);
}
Error refused(const std::vector<std::string>& arguments) {
  const Result<Invocation> invocation = parse_arguments(arguments);
  REQUIRE_FALSE(invocation.has_value());
  CHECK(invocation.error().kind == ErrorKind::usage);
  return invocation.error();
}
using Words = std::vector<std::string>;
}  // namespace

TEST_CASE("the command is the first word, a model without one means check", "[app]") {
  CHECK(parsed({}).command->name.empty());
  CHECK(parsed({"--json"}).command->name.empty());
  CHECK(parsed({"hw"}).command->name == "hw");
  CHECK(parsed({"llama-3.1-8b"}).command->name == "check");
  CHECK(parsed({"llama-3.1-8b"}).options.words == Words{"llama-3.1-8b"});
  CHECK(parsed({"check", "a", "b"}).options.words == Words{"a", "b"});
  CHECK(parsed({"--requests", "-"}).command->name == "check");
}

TEST_CASE("flags stand anywhere, and a flag's value is no command", "[app]") {
  const Invocation before = parsed({"--on", "list", "check", "m"});
  CHECK(before.command->name == "check");
  CHECK(before.options.request.on == "list");
  const Invocation after = parsed({"check", "m", "--ctx", "32k", "--json"});
  CHECK(after.options.words == Words{"m"});
  CHECK(after.options.request.context_tokens->text == "32k");
  CHECK(after.options.json);
  CHECK(parsed({"check", "m", "--ctx=8k"}).options.request.context_tokens->text == "8k");
}

TEST_CASE("the last of a repeated flag holds; --data gathers", "[app]") {
  const Invocation invocation = parsed({"check", "m", "--ctx", "1k", "--ctx", "2k", "--data", "a", "--data", "b"});
  CHECK(invocation.options.request.context_tokens->text == "2k");
  CHECK(invocation.options.data_folders == Words{"a", "b"});
}

TEST_CASE("a negative number is a value, to be refused by name later", "[app]") {
  CHECK(parsed({"check", "m", "--ctx", "-5"}).options.request.context_tokens->text == "-5");
}

TEST_CASE("wrong flags: said by name, with the nearest one", "[app]") {
  CHECK_THAT(refused({"check", "m", "--conext", "1"}).message, Catch::Contains("--conext"));
  CHECK_THAT(refused({"check", "m", "--quannt=Q8_0"}).hint, Catch::Contains("--quant"));
  CHECK_THAT(refused({"check", "m", "--sort", "name"}).hint, Catch::Contains("canirun list"));
  CHECK_THAT(refused({"check", "m", "--ctx"}).message, Catch::Contains("--ctx needs a value"));
  CHECK_THAT(refused({"check", "m", "--ctx", "--json"}).message, Catch::Contains("--ctx needs a value"));
  CHECK_THAT(refused({"check", "m", "--quant", ""}).message, Catch::Contains("--quant needs a value"));
  CHECK_THAT(refused({"check", "m", "-x"}).message, Catch::Contains("-x"));
}

TEST_CASE("wrong choices: the allowed ones and the nearest", "[app]") {
  const Error error = refused({"check", "m", "--engine", "olama"});
  CHECK_THAT(error.message, Catch::Contains("--engine") && Catch::Contains("llama.cpp, ollama"));
  CHECK_THAT(error.hint, Catch::Contains("ollama"));
}

TEST_CASE("words a command does not take", "[app]") {
  CHECK_THAT(refused({"hw", "now"}).message, Catch::Contains("now"));
  CHECK_THAT(refused({"cost", "a", "b"}).message, Catch::Contains("\"b\""));
}

TEST_CASE("help and version win over everything else that is well formed", "[app]") {
  CHECK(parsed({"check", "-h"}).options.help == HelpWanted::brief);
  CHECK(parsed({"--help", "check"}).options.help == HelpWanted::full);
  CHECK(parsed({"cost", "a", "b", "--help"}).options.help == HelpWanted::full);
  CHECK(parsed({"-V"}).options.version);
}

TEST_CASE("after -- everything is a word", "[app]") {
  const Invocation invocation = parsed({"check", "--", "--odd-name"});
  CHECK(invocation.options.words == Words{"--odd-name"});
}
