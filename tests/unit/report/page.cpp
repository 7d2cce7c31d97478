// SPDX-License-Identifier: MIT
#include "report/page.hpp"

#include <catch2/catch.hpp>

using namespace canirun::report;

TEST_CASE("a long command breaks between words, never inside quotes", "[page]") {
  const Terminal narrow{.width = 40, .colour = false, .unicode = true, .is_tty = true};
  Page page(narrow);
  page.command("llama-server -m '/models/my  old model-Q4_K_M.gguf' -ngl 99 -c 8192 --on \"RTX 3060 12GB\"", 2);
  const std::string text = page.take();
  CHECK(text.find("'/models/my  old model-Q4_K_M.gguf'") != std::string::npos);
  CHECK(text.find("--on \"RTX 3060 12GB\"") != std::string::npos);
  CHECK(text.find(" \\\n") != std::string::npos);
}
