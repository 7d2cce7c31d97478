// SPDX-License-Identifier: MIT
#include "report/table.hpp"

#include <catch2/catch.hpp>

using namespace canirun::report;

namespace {

Table sample() {
  Table table({{.title = "", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "model", .align = Align::left, .drop_order = 0, .min_width = 5},
               {.title = "memory", .align = Align::right, .drop_order = 2, .min_width = 0},
               {.title = "tok/s", .align = Align::right, .drop_order = 1, .min_width = 0}});
  table.add_row({{"+", Tone::good}, {"a-long-model-name", Tone::plain}, {"6.1 GiB", Tone::plain}, {"118", Tone::plain}});
  table.add_row({{"x", Tone::bad}, {"short", Tone::plain}, {"", Tone::plain}, {"", Tone::plain}});
  return table;
}
std::string at(int width, bool tty = true, bool colour = false) {
  return sample().render({.width = width, .colour = colour, .unicode = true, .is_tty = tty});
}

}  // namespace

TEST_CASE("a table with room") {
  CHECK(at(40) ==
        "   model               memory  tok/s\n"
        "+  a-long-model-name  6.1 GiB    118\n"
        "x  short\n");
}

TEST_CASE("narrow: flexible columns shrink first, then columns go in their order") {
  CHECK(at(30) ==
        "   model         memory  tok/s\n"
        "+  a-long-mod…  6.1 GiB    118\n"
        "x  short\n");
  CHECK(at(20) ==
        "   model       tok/s\n"
        "+  a-long-mo…    118\n"
        "x  short\n");
  CHECK(at(12) ==
        "   model\n"
        "+  a-long-m…\n"
        "x  short\n");
}

TEST_CASE("narrower than what must stay: rows are cut, never wrapped") {
  CHECK(at(6) ==
        "   mo…\n"
        "+  a-…\n"
        "x  sh…\n");
}

TEST_CASE("in a pipe: tabs, no header, no cut, no marks") {
  CHECK(at(10, false) == "a-long-model-name\t6.1 GiB\t118\nshort\t\t\n");
}

TEST_CASE("colour wraps the text and not the spaces") {
  CHECK(at(40, true, true).find("\x1b[32m+\x1b[0m  a-long-model-name  6.1 GiB    118\n") != std::string::npos);
}

TEST_CASE("indent counts into the width") {
  CHECK(sample()
            .render({.width = 42, .colour = false, .unicode = true, .is_tty = true}, 2)
            .find("  +  a-long-model-name  6.1 GiB    118\n") != std::string::npos);
}
