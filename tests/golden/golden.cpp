// SPDX-License-Identifier: MIT
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/inspection.hpp"
#include "report/text.hpp"
#include "samples.hpp"

/// Renderings compared byte by byte with tests/golden/expected/. CANIRUN_UPDATE_GOLDEN=1 rewrites the files: then read
/// the diff as a person who sees the program for the first time.
namespace {

using canirun::report::Terminal;
namespace samples = canirun::samples;
namespace report = canirun::report;

const std::filesystem::path k_expected = std::filesystem::path(CANIRUN_SOURCE_DIR) / "tests/golden/expected";

void compare(const std::string& name, const std::string& text) {
  INFO("golden file " << name << "; CANIRUN_UPDATE_GOLDEN=1 rewrites it");
  if (const char* update = std::getenv("CANIRUN_UPDATE_GOLDEN"); update != nullptr && *update != '\0') {
    std::ofstream(k_expected / name, std::ios::binary) << text;
  }
  std::ifstream file(k_expected / name, std::ios::binary);
  REQUIRE(file);
  std::ostringstream expected;
  expected << file.rdbuf();
  CHECK(text == expected.str());
}

std::string without_escapes(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// What holds for every rendering: no line is wider than the terminal, nothing acts on it, ASCII where ASCII was asked for.
/// `long_words`: commands and addresses are never broken, so lines made of one word may be wider.
void check_laws(const std::string& text, const Terminal& terminal) {
  const std::string plain = terminal.colour ? without_escapes(text) : text;
  std::istringstream lines(plain);
  for (std::string line; std::getline(lines, line);) {
    INFO("line: " << line);
    std::string cells = line;  // tabs only stand between the cells of rows in a pipe
    if (!terminal.is_tty) std::replace(cells.begin(), cells.end(), '\t', ' ');
    CHECK(canirun::report::safe_text(cells) == cells);
    const std::size_t start = line.find_first_not_of(' ');
    const bool one_word = start != std::string::npos && line.find(' ', start) == std::string::npos;
    if (terminal.is_tty && !one_word) CHECK(canirun::report::display_width(line) <= terminal.width);
    CHECK((line.empty() || line.back() != ' '));
    if (!terminal.unicode) {
      for (const char c : line) REQUIRE(static_cast<unsigned char>(c) < 0x80);
    }
  }
  if (!terminal.colour) CHECK(text.find('\x1b') == std::string::npos);
  CHECK((text.empty() || text.back() == '\n'));
}

struct View {
  std::string name;
  Terminal terminal;
};
const std::vector<View> k_views{{"80", {.width = 80, .colour = false, .unicode = true, .is_tty = true}},
                                {"60", {.width = 60, .colour = false, .unicode = true, .is_tty = true}},
                                {"120-colour", {.width = 120, .colour = true, .unicode = true, .is_tty = true}},
                                {"80-ascii", {.width = 80, .colour = false, .unicode = false, .is_tty = true}},
                                {"pipe", {.width = 80, .colour = false, .unicode = true, .is_tty = false}}};

template <class Render>
void each_view(const std::string& name, Render&& render) {
  for (const View& view : k_views) {
    const std::string text = render(view.terminal);
    check_laws(text, view.terminal);
    compare(name + "." + view.name + ".txt", text);
  }
}

}  // namespace

TEST_CASE("check: a model that fits") {
  const samples::Sample sample = samples::fits();
  each_view("fits", [&](const Terminal& terminal) { return render_answer_text(sample.answer(), terminal, false); });
  compare("fits.json", answer_json(sample.answer(), report::JsonStyle::indented));
}

TEST_CASE("check --explain opens every statement") {
  const samples::Sample sample = samples::fits();
  each_view("explain", [&](const Terminal& terminal) { return render_answer_text(sample.answer(), terminal, true); });
}

TEST_CASE("check: experts in host memory, cache quantised, two slots") {
  const samples::Sample sample = samples::split();
  each_view("split", [&](const Terminal& terminal) { return render_answer_text(sample.answer(), terminal, false); });
  compare("split.json", answer_json(sample.answer(), report::JsonStyle::indented));
}

TEST_CASE("check: a no says what is missing and what would do") {
  const samples::Sample sample = samples::too_big();
  each_view("too_big", [&](const Terminal& terminal) { return render_answer_text(sample.answer(), terminal, false); });
  compare("too_big.json", answer_json(sample.answer(), report::JsonStyle::indented));
}

TEST_CASE("check: text from outside cannot drive the terminal") {
  const samples::Sample sample = samples::hostile();
  each_view("hostile", [&](const Terminal& terminal) { return render_answer_text(sample.answer(), terminal, true); });
  compare("hostile.json", answer_json(sample.answer(), report::JsonStyle::indented));
}

TEST_CASE("cost") {
  const samples::Sample sample = samples::fits();
  each_view("cost", [&](const Terminal& terminal) { return render_cost_text(sample.answer(), terminal, false); });
  compare("cost.json", cost_json(sample.answer(), report::JsonStyle::indented));
  const samples::Sample unknown = samples::too_big();
  each_view("cost_unknown", [&](const Terminal& terminal) { return render_cost_text(unknown.answer(), terminal, true); });
}

TEST_CASE("hw") {
  const report::Head head{.version = "0.0.0", .catalog_date = "2026-11-23"};
  each_view("hw", [&](const Terminal& terminal) { return render_machine_text(samples::workstation(), terminal, false); });
  each_view("hw_explain",
            [&](const Terminal& terminal) { return render_machine_text(samples::workstation(), terminal, true); });
  each_view("hw_laptop", [&](const Terminal& terminal) { return render_machine_text(samples::laptop(), terminal, false); });
  compare("hw.json", machine_json(samples::workstation(), head, report::JsonStyle::indented));
  compare("hw_laptop.json", machine_json(samples::laptop(), head, report::JsonStyle::indented));
}

TEST_CASE("list") {
  const canirun::Machine machine = samples::workstation();
  each_view("list", [&](const Terminal& terminal) { return render_list_text(samples::listing(machine), terminal); });
  compare("list.json", list_json(samples::listing(machine), report::JsonStyle::indented));
}

TEST_CASE("list --installed") {
  const canirun::Machine machine = samples::workstation();
  each_view("installed", [&](const Terminal& terminal) { return render_list_text(samples::installed(machine), terminal); });
  compare("installed.json", list_json(samples::installed(machine), report::JsonStyle::indented));
}

TEST_CASE("check: a model of a repository with several quants") {
  const samples::Sample sample = samples::fits();
  const report::FileSource source = samples::repository();
  report::Answer answer = sample.answer();
  answer.files = &source;
  each_view("files", [&](const Terminal& terminal) { return render_answer_text(answer, terminal, false); });
  compare("files.json", answer_json(answer, report::JsonStyle::indented));
}

TEST_CASE("inspect") {
  canirun::cli::Inspection inspection;
  inspection.head = {.version = "0.0.0", .catalog_date = "2026-11-23"};
  inspection.place = "./Coder-7B-Q4_K_M.gguf";
  inspection.file = samples::header();
  inspection.quant = "Q4_K_M";
  inspection.quants = {{"Q4_K_M", 4'683'073'536, false}, {"UD-Q2_K_XL", 3'100'000'000, true}};
  each_view("inspect", [&](const Terminal& terminal) { return render_inspection_text(inspection, terminal, true); });
  compare("inspect.json", inspection_json(inspection, true));
}

TEST_CASE("overview") {
  const canirun::Machine machine = samples::workstation();
  const canirun::Machine cards = samples::two_cards();
  each_view("overview",
            [&](const Terminal& terminal) { return render_overview_text(samples::overview(machine), terminal); });
  each_view("overview_two_cards",
            [&](const Terminal& terminal) { return render_overview_text(samples::overview(cards), terminal); });
  compare("overview.json", overview_json(samples::overview(machine), report::JsonStyle::indented));
}

TEST_CASE("error") {
  const canirun::Error error{.kind = canirun::ErrorKind::not_found,
                             .message = "unknown model \"lama3.1\x1b[2J\"",
                             .context = {"line 3"},
                             .hint = "did you mean llama-3.1-8b, llama-3.1-70b?"};
  each_view("error", [&](const Terminal& terminal) { return render_error_text(error, terminal); });
  const report::Head head{.version = "0.0.0", .catalog_date = "2026-11-23"};
  compare("error.json", error_json(error, head, "row 7", report::JsonStyle::indented));
}
