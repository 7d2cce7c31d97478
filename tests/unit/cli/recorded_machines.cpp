// SPDX-License-Identifier: MIT
// Every machine of tests/fixtures/machines, replayed as `--machine FILE` does it, against what its own @expect lines say.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catalog/catalog.hpp"
#include "cli/machine_source.hpp"
#include "probe/recording.hpp"
#include "report/report.hpp"

using namespace canirun;
namespace fs = std::filesystem;

namespace {

const catalog::Catalog& embedded() {
  static const catalog::Catalog catalog = catalog::Catalog::embedded();
  return catalog;
}

std::vector<fs::path> fixtures() {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(CANIRUN_FIXTURES "/machines")) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

nlohmann::json as_json(const Machine& machine) {
  return nlohmann::json::parse(report::machine_json(machine, {}, report::JsonStyle::indented)).at("machine");
}

/// "POINTER VALUE", "POINTER absent" or "note TEXT"; "" when it holds, else what was found.
std::string found_instead(const nlohmann::json& machine, const std::string& expectation) {
  const std::size_t blank = expectation.find(' ');
  const std::string what = expectation.substr(0, blank), wanted = expectation.substr(blank + 1);
  if (what == "note") {
    for (const auto& note : machine.at("notes")) {
      const std::string text = note.at("fact").get<std::string>() + ": " + note.at("reason").get<std::string>();
      if (text.find(wanted) != std::string::npos) return "";
    }
    return machine.at("notes").dump();
  }
  const nlohmann::json::json_pointer pointer(what);
  if (wanted == "absent") return machine.contains(pointer) ? machine.at(pointer).dump() : "";
  if (!machine.contains(pointer)) return "nothing";
  const nlohmann::json value = nlohmann::json::parse(wanted), is = machine.at(pointer);
  const bool close =
      value.is_number_float() && is.is_number() && is.get<double>() == Approx(value.get<double>()).epsilon(0.003);
  return close || value == is ? "" : is.dump();
}

}  // namespace

TEST_CASE("recorded machines are what they are") {
  REQUIRE(fixtures().size() >= 30);
  for (const fs::path& file : fixtures()) {
    INFO(file.filename().native());
    const Result<Machine> machine = cli::read_machine_file(file.native(), &embedded());
    REQUIRE(machine);
    const nlohmann::json json = as_json(*machine);
    std::istringstream lines(text_of(file));
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("@expect ", 0) != 0) continue;
      INFO(line);
      CHECK(found_instead(json, line.substr(8)) == "");
    }
  }
}

TEST_CASE("a recording of a recorded machine replays to the same machine") {
  for (const fs::path& file : fixtures()) {
    INFO(file.filename().native());
    const Result<probe::Recording> recording = probe::parse_recording(text_of(file));
    REQUIRE(recording);
    const Result<probe::UnpackedRecording> unpacked = probe::UnpackedRecording::make(*recording);
    REQUIRE(unpacked);
    probe::ProbeOptions options;
    options.root = unpacked->root();
    options.driver_answers = recording->drivers;
    const std::string again = probe::record_machine(options);
    const Result<Machine> first = probe::replay_recording(text_of(file)), second = probe::replay_recording(again);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(as_json(*first) == as_json(*second));
  }
}

TEST_CASE("what was named with --on is never mistaken for another") {
  struct Trap {
    const char *name, *record;
    double gigabytes_per_s;
  };
  const Trap traps[] = {{"A100-SXM4", "nvidia/a100-sxm4-40gb", 1555},
                        {"A100-SXM4-80GB", "nvidia/a100-sxm4-80gb", 2039},
                        {"RTX A1000", "nvidia/rtx-a1000", 0},
                        {"T400", "nvidia/t400", 80},
                        {"T4", "nvidia/tesla-t4", 320},
                        {"GB200", "nvidia/gb200", 8000},
                        {"GB10", "nvidia/gb10", 273},
                        {"RTX 4090 Laptop GPU", "nvidia/geforce-rtx-4090-laptop-gpu", 576},
                        {"RTX 4090", "nvidia/geforce-rtx-4090", 1008},
                        {"RTX 3060 12GB", "nvidia/geforce-rtx-3060", 360},
                        {"RTX 3060 8GB", "nvidia/geforce-rtx-3060-8gb", 240},
                        {"M3 Max 36GB", "apple/m3-max-30-core-gpu", 300},
                        {"M3 Max 64GB", "apple/m3-max-40-core-gpu", 400},
                        {"M4 Max 36GB", "apple/m4-max-32-core-gpu", 410},
                        {"M4 Max 64GB", "apple/m4-max-40-core-gpu", 546},
                        {"Apple M4", "apple/m4-8-core-gpu", 120},
                        {"RTX A6000", "nvidia/rtx-a6000", 768},
                        {"RTX 6000 Ada", "nvidia/rtx-6000-ada-generation", 960}};
  for (const Trap& trap : traps) {
    INFO(trap.name);
    const Result<Machine> machine = catalog::machine_from_wish(
        {.on = trap.name, .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}, embedded());
    REQUIRE(machine);
    REQUIRE(machine->devices.size() == 2);
    CHECK(machine->devices[1].record_id == trap.record);
    if (trap.gigabytes_per_s > 0)
      CHECK(machine->pools.at(machine->devices[1].pool).bandwidth_bytes_per_s ==
            Approx(trap.gigabytes_per_s * 1e9).epsilon(0.01));
  }
  for (const char* text : {"RTX 4060 Ti 8GB", "RTX 4060 Ti 16GB"}) {
    const Result<Machine> machine =
        catalog::machine_from_wish({.on = text, .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}, embedded());
    REQUIRE(machine);
    CHECK(machine->pools.at(1).total_bytes == std::uint64_t{std::string(text).find("16") == std::string::npos ? 8U : 16U}
                                                  << 30U);
  }
}
