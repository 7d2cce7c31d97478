// SPDX-License-Identifier: MIT
#include "report/text.hpp"

#include <catch2/catch.hpp>

using namespace canirun::report;

namespace {
constexpr Terminal k_unicode{.width = 80, .colour = false, .unicode = true, .is_tty = true};
constexpr Terminal k_ascii{.width = 80, .colour = false, .unicode = false, .is_tty = true};
}  // namespace

TEST_CASE("safe_text leaves nothing a terminal could act on") {
  CHECK(safe_text("plain text, as it was") == "plain text, as it was");
  CHECK(safe_text("a\x1b[31mb\x07") == "a [31mb ");
  CHECK(safe_text("line\r\nbreak\ttab") == "line  break tab");
  CHECK(safe_text("\xc2\x9b"
                  "31m") == " 31m");  // C1 control sequence introducer
  CHECK(safe_text("\xe2\x80\xae"
                  "evil") == " evil");  // right-to-left override
  CHECK(safe_text("a\xe2\x80\xa8"
                  "b") == "a b");  // line separator
  CHECK(safe_text(std::string("nul\0byte", 8)) == "nul byte");
  CHECK(safe_text("bad \xff\xfe utf-8") == "bad \xEF\xBF\xBD\xEF\xBF\xBD utf-8");
  CHECK(safe_text("cut \xe6\xa8") == "cut \xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(safe_text("模型 é") == "模型 é");
}

TEST_CASE("ASCII terminals get ASCII") {
  CHECK(safe_text("a · b → c … “d” – 模", k_ascii) == "a | b -> c .. \"d\" - ?");
  CHECK(safe_text("e\xcc\x81", k_ascii) == "e");  // a combining accent has no width and goes
  CHECK(safe_text("a · b", k_unicode) == "a · b");
}

TEST_CASE("width counts columns") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("模型") == 4);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(display_width("✓ ◐ ✗") == 5);
  CHECK(display_width("") == 0);
}

TEST_CASE("cutting never splits a character and says that it cut") {
  CHECK(cut_to_width("abcdef", 6, k_unicode) == "abcdef");
  CHECK(cut_to_width("abcdef", 5, k_unicode) == "abcd…");
  CHECK(cut_to_width("abcdef", 5, k_ascii) == "abc..");
  CHECK(cut_to_width("模型模型", 5, k_unicode) == "模型…");
  CHECK(cut_to_width("ab cdef", 4, k_unicode) == "ab…");
  CHECK(cut_to_width("abc", 1, k_ascii) == ".");
  CHECK(cut_to_width("abc", 0, k_unicode).empty());
}

TEST_CASE("padding") {
  CHECK(pad_right("模", 4) == "模  ");
  CHECK(pad_left("7", 3) == "  7");
  CHECK(pad_left("1234", 3) == "1234");
}

TEST_CASE("wrapping keeps numbers with their units and separators at line ends") {
  CHECK(wrap("", 10).empty());
  CHECK(wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrap("takes 24.0 GiB now", 10) == std::vector<std::string>{"takes", "24.0 GiB", "now"});
  CHECK(wrap("at 118-152 tok/s, fast", 12) == std::vector<std::string>{"at", "118-152 tok/s,", "fast"});
  CHECK(wrap("aaa · bbb", 6) == std::vector<std::string>{"aaa ·", "bbb"});
  CHECK(wrap("averyverylongword", 5) == std::vector<std::string>{"averyverylongword"});
}
