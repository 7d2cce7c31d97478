// SPDX-License-Identifier: MIT
// The file in which what was measured is kept: what goes in comes out, and what somebody broke is told.
#include "bench/calibration_file.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace canirun;
using namespace canirun::bench;

namespace {

Measurement run_of(std::string model, double rate) {
  Measurement run;
  run.model = std::move(model);
  run.quant = "Q4_K_M";
  run.backend = Backend::cuda;
  run.parallel = 1;
  run.gpu_layers = 99;
  run.decode = MeasuredRate{.tokens_per_s = rate, .tokens = 128, .depth_tokens = 64, .spread = 0.01};
  run.source = "llama-bench";
  run.measured_on = "2026-05-04";
  return run;
}

CalibrationFile file_of_one() {
  CalibrationFile file;
  MachineRecord& machine = file.at("key", "name");
  machine.memory =
      MeasuredMemory{.read_bytes_per_s = 70e9, .spread = 0.02, .threads = 8, .busy = false, .measured_on = "2026-05-04"};
  machine.gpu_copies.push_back({.device = "gpu0",
                                .by = "CUDA",
                                .copy_bytes_per_s = 800e9,
                                .spread = 0.01,
                                .busy = false,
                                .measured_on = "2026-05-04"});
  keep_run(machine, run_of("qwen3-8b", 100));
  return file;
}

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("canirun-calibration-" + std::to_string(std::hash<const void*>{}(this)));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

}  // namespace

TEST_CASE("What is written is read back", "[bench]") {
  const Result<CalibrationFile> back = parse_calibration(calibration_text(file_of_one()));
  REQUIRE(back);
  const MachineRecord* machine = back->find("key");
  REQUIRE(machine != nullptr);
  CHECK(back->find("other") == nullptr);
  REQUIRE(machine->memory);
  CHECK(machine->memory->read_bytes_per_s == 70e9);
  CHECK_FALSE(machine->compute);
  REQUIRE(machine->gpu_copies.size() == 1);
  CHECK(machine->gpu_copies[0].device == "gpu0");
  CHECK(machine->gpu_copies[0].by == "CUDA");
  CHECK(machine->gpu_copies[0].copy_bytes_per_s == 800e9);
  REQUIRE(machine->runs.size() == 1);
  const Measurement& run = machine->runs.front();
  CHECK(run.model == "qwen3-8b");
  CHECK(run.backend == Backend::cuda);
  CHECK(run.gpu_layers == 99U);
  CHECK_FALSE(run.cpu_moe_layers);
  CHECK(run.decode->tokens_per_s == 100);
  CHECK(run.decode->spread == 0.01);
  CHECK_FALSE(run.prefill);
}

TEST_CASE("A repeated run replaces the earlier one; another depth does not", "[bench]") {
  CalibrationFile file = file_of_one();
  MachineRecord& machine = file.at("key", "name");
  keep_run(machine, run_of("qwen3-8b", 110));
  REQUIRE(machine.runs.size() == 1);
  CHECK(machine.runs.front().decode->tokens_per_s == 110);
  Measurement deeper = run_of("qwen3-8b", 90);
  deeper.decode->depth_tokens = 4096;
  keep_run(machine, deeper);
  CHECK(machine.runs.size() == 2);
  for (std::uint32_t i = 0; i < 2 * k_most_kept_runs; ++i) {
    deeper.decode->depth_tokens = 5000 + i;
    keep_run(machine, deeper);
  }
  CHECK(machine.runs.size() == k_most_kept_runs);
  CHECK(machine.runs.back().decode->depth_tokens == 5000 + 2 * k_most_kept_runs - 1);
  for (std::size_t i = 0; i < 2 * k_most_machines; ++i) file.at("machine " + std::to_string(i), "");
  CHECK(file.machines.size() == k_most_machines);
}

TEST_CASE("Broken files are told by their place, with the way out", "[bench]") {
  const std::string good = calibration_text(file_of_one());
  const auto error_of = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    const Result<CalibrationFile> parsed = parse_calibration(text.replace(at, from.size(), to));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().hint.find("--forget") != std::string::npos);
    return parsed.error().text();
  };
  CHECK(error_of("canirun/calibration", "canirun/other").find("/schema") == 0);
  CHECK(error_of("\"schema_version\": 1", "\"schema_version\": 9").find("/schema_version") == 0);
  CHECK(error_of("100", "-100").find("/machines/0/runs/0/decode") == 0);
  CHECK(error_of("70000000000.0", "0").find("/machines/0/memory") == 0);
  CHECK(error_of("800000000000.0", "-1").find("/machines/0/gpu_copies/0/copy_bytes_per_s") == 0);
  CHECK(error_of("\"cuda\"", "\"magic\"").find("/machines/0/runs/0/backend") == 0);
  CHECK(error_of("\"key\": \"key\"", "\"key\": \"\"").find("/machines/0/key") == 0);
  CHECK(error_of("\"parallel\"", "\"paralell\"").find("unknown key") != std::string::npos);
  CHECK_FALSE(parse_calibration("{"));
}

TEST_CASE("On disk: made with its folders, replaced whole, removed", "[bench]") {
  const Folder folder;
  const std::filesystem::path path = folder.path / "share" / "canirun" / "calibration.json";
  REQUIRE(load_calibration(path));
  CHECK_FALSE(load_calibration(path)->has_value());
  REQUIRE(save_calibration(path, file_of_one()));
  const Result<std::optional<CalibrationFile>> back = load_calibration(path);
  REQUIRE(back);
  REQUIRE(back->has_value());
  CHECK((*back)->machines.size() == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}) == 1);  // nothing left beside it
  CHECK(*remove_calibration(path));
  CHECK_FALSE(*remove_calibration(path));

  std::filesystem::create_directory(path);
  CHECK_FALSE(load_calibration(path));  // a folder of that name
  CHECK_FALSE(save_calibration("", file_of_one()));
  CHECK_FALSE(load_calibration("")->has_value());
  std::filesystem::remove(path);
  std::ofstream(path) << std::string(5U << 20U, ' ');
  CHECK(load_calibration(path).error().message.find("larger") != std::string::npos);
}
