// SPDX-License-Identifier: MIT
#include <canirun/speed.hpp>
#include <catch2/catch.hpp>

#include "core/speed_lookup.hpp"
#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;

namespace {

SpeedConstants record(std::string id, std::string inherits, std::optional<double> fraction) {
  SpeedConstants constants;
  constants.id = std::move(id);
  constants.inherits = std::move(inherits);
  constants.bandwidth_fraction = fraction;
  return constants;
}

double fraction_of(const Machine& machine, const SpeedBook& book, Backend backend = Backend::cuda,
                   EngineSettings settings = {}) {
  return device_speed(machine, machine.devices[1], backend, settings, book).bandwidth_fraction;
}

}  // namespace

TEST_CASE("the most specific record wins, and inherits what it does not say") {
  SpeedBook book{.architectures = {record("class/any", "", 0.1), record("class/nvidia", "class/any", 0.2)}};
  const Machine machine = gpu_machine();
  CHECK(fraction_of(machine, book) == Approx(0.2));
  book.architectures.push_back(record("ada", "class/nvidia", 0.3));
  CHECK(fraction_of(machine, book) == Approx(0.3));
  book.architectures.push_back(record("ada/8.9", "ada", std::nullopt));
  CHECK(fraction_of(machine, book) == Approx(0.3));
  book.architectures.back().bandwidth_fraction = 0.4;
  CHECK(fraction_of(machine, book) == Approx(0.4));
}

TEST_CASE("a chain that bites its tail ends") {
  const SpeedBook book{.architectures = {record("ada", "ada", std::nullopt)}};
  CHECK(fraction_of(gpu_machine(), book) > 0);
}

TEST_CASE("no constant lifts reads above what memory can deliver") {
  const SpeedBook book{.architectures = {record("ada", "", 1.4)}};
  CHECK(fraction_of(gpu_machine(), book) < 1);
}

TEST_CASE("other backends, engines and a known slow part are factors on top") {
  SpeedConstants ada = record("ada", "", 0.5);
  ada.backends = {{.backend = Backend::vulkan, .weight_slowdown = 1.5, .kv_slowdown = 2}};
  ada.engines = {{.engine = Engine::ollama, .decode_slowdown = 1.1}};
  ada.devices = {{.device = "nvidia/slow", .decode_slowdown = 1.2}};
  const SpeedBook book{.architectures = {ada}};
  Machine machine = gpu_machine();
  const Device& device = machine.devices[1];
  CHECK(device_speed(machine, device, Backend::cuda, {}, book).weight_slowdown == Approx(1));
  CHECK(device_speed(machine, device, Backend::vulkan, {}, book).weight_slowdown == Approx(1.5));
  machine.devices[1].record_id = "nvidia/slow";
  CHECK(device_speed(machine, device, Backend::vulkan, {}, book).weight_slowdown == Approx(1.8));
  EngineSettings ollama;
  ollama.engine = Engine::ollama;
  CHECK(device_speed(machine, device, Backend::cuda, ollama, book).engine_decode_slowdown == Approx(1.1));
}

TEST_CASE("attention without flash attention costs extra only when it is off") {
  SpeedConstants ada = record("ada", "", 0.5);
  ada.kv_slowdown_without_flash_attention = 3;
  const SpeedBook book{.architectures = {ada}};
  const Machine machine = gpu_machine();
  EngineSettings settings;
  CHECK(device_speed(machine, machine.devices[1], Backend::cuda, settings, book).kv_slowdown == Approx(1));
  settings.flash_attn = false;
  CHECK(device_speed(machine, machine.devices[1], Backend::cuda, settings, book).kv_slowdown == Approx(3));
}

TEST_CASE("an unknown system carries part of what Windows costs") {
  SpeedConstants ada = record("ada", "", 0.5);
  ada.windows_overhead_slowdown = 1.4;
  ada.windows_prefill_slowdown = 1.2;
  const SpeedBook book{.architectures = {ada}};
  Machine machine = gpu_machine();
  const auto speed = [&](const char* os) {
    machine.os = os;
    return device_speed(machine, machine.devices[1], Backend::cuda, {}, book);
  };
  CHECK(speed("Linux").overhead_slowdown == Approx(1));
  CHECK(speed("Windows 11").overhead_slowdown == Approx(1.4));
  CHECK(speed("Windows 11").engine_prefill_slowdown == Approx(1.2));
  CHECK(speed("").overhead_slowdown == Approx(1.1));
  CHECK(speed("").engine_prefill_slowdown == Approx(1.05));
}

TEST_CASE("laptop GPUs fall behind their spec sheet, desktop ones do not") {
  SpeedConstants ada = record("ada", "", 0.5);
  ada.laptop_slowdown = 1.25;
  ada.laptop_prefill_slowdown = 1.5;
  const SpeedBook book{.architectures = {ada}};
  Machine machine = gpu_machine();
  const auto speed = [&](const char* id) {
    machine.devices[1].record_id = id;
    return device_speed(machine, machine.devices[1], Backend::cuda, {}, book);
  };
  CHECK(speed("nvidia/geforce-rtx-4060").weight_slowdown == Approx(1));
  for (const char* id : {"nvidia/geforce-rtx-4060-laptop-gpu", "nvidia/geforce-gtx-1070-mobile", "nvidia/geforce-mx150"}) {
    INFO(id);
    CHECK(speed(id).weight_slowdown == Approx(1.25));
    CHECK(speed(id).kv_slowdown == Approx(1.25));
    CHECK(speed(id).overhead_slowdown == Approx(1.25));
    CHECK(speed(id).engine_prefill_slowdown == Approx(1.5));
  }
}

TEST_CASE("processors are looked up by generation, then maker, then instruction set") {
  SpeedBook book{.architectures = {record("cpu/x86", "", 0.1), record("cpu/zen4", "", 0.2)}};
  Machine machine = bare_machine();
  const auto fraction = [&] { return device_speed(machine, machine.devices[0], Backend::cpu, {}, book).bandwidth_fraction; };
  CHECK(fraction() == Approx(0.2));
  machine.devices[0].architecture = "raptor-lake";
  CHECK(fraction() == Approx(0.1));
  machine.devices[0].vendor = Vendor::intel;
  CHECK(fraction() == Approx(0.1));
  book.architectures.push_back(record("cpu/intel", "", 0.3));
  CHECK(fraction() == Approx(0.3));
}

TEST_CASE("many cores share a power budget when they read a prompt") {
  SpeedConstants zen = record("cpu/zen4", "", 0.5);
  zen.prefill_fraction = 1;
  zen.prefill_core_exponent = -0.5;
  const SpeedBook book{.architectures = {zen}};
  Machine machine = bare_machine();
  const auto rate = [&](std::uint32_t cores) {
    machine.cpu.physical_cores = cores;
    return device_speed(machine, machine.devices[0], Backend::cpu, {}, book).prefill_flops_per_s;
  };
  CHECK(rate(8) == Approx(8 * 5e9 * 32));
  CHECK(rate(32) == Approx(2 * rate(8)));  // four times the cores at half the share each
}

TEST_CASE("processor peak: cores, clock and vectors, cut by quota and threads") {
  Machine machine = bare_machine();
  const Device* cpu = &machine.devices[0];
  CHECK(cpu_flops_per_s(machine, cpu, std::nullopt) == Approx(16 * 5e9 * 32));
  CHECK(cpu_flops_per_s(machine, cpu, 4) == Approx(4 * 5e9 * 32));
  machine.cpu.usable_cores = 2;
  CHECK(cpu_flops_per_s(machine, cpu, 4) == Approx(2 * 5e9 * 32));
  machine.cpu.usable_cores.reset();
  machine.cpu.performance_cores = 8;
  CHECK(cpu_flops_per_s(machine, cpu, std::nullopt) == Approx(12 * 5e9 * 32));
  machine.devices[0].fp32_flops_per_s = 1.2e12;
  CHECK(cpu_flops_per_s(machine, cpu, 8) == Approx(0.8e12));
}

TEST_CASE("storage types fall into classes that cost alike") {
  struct Row {
    TensorType type;
    WeightClass expected;
  };
  const Row rows[] = {{TensorType::bf16, WeightClass::bf16},     {TensorType::q8_0, WeightClass::q8},
                      {TensorType::q4_0, WeightClass::q4},       {TensorType::q4_k, WeightClass::q4_k},
                      {TensorType::q3_k, WeightClass::q2_k},     {TensorType::iq2_xxs, WeightClass::iq},
                      {TensorType::iq4_xs, WeightClass::iq4},    {TensorType::mxfp4, WeightClass::mxfp4},
                      {TensorType::int4_g128, WeightClass::int4}};
  for (const Row& row : rows) CHECK(weight_class(row.type) == row.expected);
}
