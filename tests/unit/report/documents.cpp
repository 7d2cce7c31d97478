// SPDX-License-Identifier: MIT
#include "report/document.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace canirun;
using namespace canirun::report;

namespace {
const Head k_head{.version = "1.2.3", .catalog_date = "2026-11-23"};
}

TEST_CASE("every document starts with the same four keys, on one line for streams") {
  const Document document("canirun/test", k_head);
  CHECK(document.text(JsonStyle::line) ==
        R"({"schema":"canirun/test","schema_version":1,"canirun":"1.2.3","catalog_date":"2026-11-23"})"
        "\n");
}

TEST_CASE("unknown is null, and so is what is not a number") {
  Document document("t", k_head);
  Node root = document.root();
  root.set("none", std::optional<double>{});
  root.set("inf", std::numeric_limits<double>::infinity());
  root.set("text", "literal");
  root.set("level", Basis::derived);
  CHECK(document.text(JsonStyle::line).find(R"("none":null,"inf":null,"text":"literal","level":"derived"})") !=
        std::string::npos);
}

TEST_CASE("broken UTF-8 and control characters leave the JSON valid") {
  Document document("t", k_head);
  document.root().set("name", "a\x1b\xff\n");
  CHECK(document.text(JsonStyle::line)
            .find(R"("name":"a\u001b)"
                  "\xEF\xBF\xBD"
                  R"(\n")") != std::string::npos);
}

TEST_CASE("objects and arrays of objects keep their order") {
  Document document("t", k_head);
  Node root = document.root();
  root.object("z", [](Node node) { node.set("b", std::uint32_t{1}); });
  root.objects("a", std::vector<int>{2, 1}, [](Node node, int value) { node.set("v", static_cast<std::uint32_t>(value)); });
  root.set_null("m");
  CHECK(document.text(JsonStyle::line).find(R"("z":{"b":1},"a":[{"v":2},{"v":1}],"m":null})") != std::string::npos);
}

TEST_CASE("an error document carries the id of its request") {
  const Error error{.kind = ErrorKind::usage, .message = "0 is not a context", .context = {"/context_tokens"}, .hint = ""};
  CHECK(error_json(error, k_head, "7", JsonStyle::line)
            .find(R"("id":"7","error":{"kind":"usage","message":"/context_tokens: 0 is not a context","hint":null}})") !=
        std::string::npos);
  CHECK(error_json(error, k_head, std::nullopt, JsonStyle::line).find(R"("id":null)") != std::string::npos);
}

TEST_CASE("an error for a person") {
  const Terminal plain{.width = 80, .colour = false, .unicode = true, .is_tty = true};
  CHECK(render_error_text({.kind = ErrorKind::usage, .message = "bad", .context = {}, .hint = "do this"}, plain) ==
        "error: bad\n\nhint: do this\n");
  CHECK(render_error_text({.kind = ErrorKind::usage, .message = "bad\x1b[2J", .context = {"--ctx"}, .hint = ""}, plain) ==
        "error: --ctx: bad [2J\n");
}
