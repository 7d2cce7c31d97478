// SPDX-License-Identifier: MIT
#include "report/commands.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::report;

namespace {

struct Setup {
  Machine machine;
  ModelSpec model;
  QuantScheme quant;
  EngineSettings settings;
  Placement placement;
};

Device gpu(Vendor vendor, DeviceKind kind = DeviceKind::discrete_gpu) {
  Device device;
  device.id = "gpu";
  device.kind = kind;
  device.vendor = vendor;
  return device;
}

Setup nvidia() {
  Setup setup;
  setup.machine.devices = {gpu(Vendor::nvidia)};
  setup.model.id = "llama-3.1-8b";
  setup.model.name = "Llama 3.1 8B";
  setup.model.hf_repo = "meta-llama/Llama-3.1-8B-Instruct";
  setup.model.ollama_tag = "llama3.1:8b";
  setup.model.layers.resize(32);
  setup.quant.id = "Q4_K_M";
  setup.placement.gpu_layers = 33;
  return setup;
}

std::vector<LaunchCommand> lines(const Setup& setup) {
  return launch_commands(setup.machine, setup.model, setup.quant, setup.settings, setup.placement);
}
std::string command(const Setup& setup, Engine engine) {
  for (const LaunchCommand& line : lines(setup)) {
    if (line.engine == engine) return line.command;
  }
  return "none";
}

}  // namespace

TEST_CASE("llama.cpp: all layers, the defaults unsaid") {
  CHECK(command(nvidia(), Engine::llama_cpp) == "llama-server -m llama-3.1-8b-Q4_K_M.gguf -ngl 99 -c 8192 -np 1 -fa on");
  CHECK(lines(nvidia()).front().base_url == "http://localhost:8080/v1");
}

TEST_CASE("llama.cpp: a repository of GGUF files is named directly") {
  Setup setup = nvidia();
  setup.model.hf_repo = "owner/Llama-3.1-8B-Instruct-GGUF";
  setup.model.ollama_tag = "";
  CHECK(command(setup, Engine::llama_cpp) ==
        "llama-server -hf owner/Llama-3.1-8B-Instruct-GGUF:Q4_K_M -ngl 99 -c 8192 -np 1 -fa on");
  CHECK(command(setup, Engine::ollama) == "ollama run hf.co/owner/Llama-3.1-8B-Instruct-GGUF:Q4_K_M");
}

TEST_CASE("llama.cpp: the flags say the placement and settings of the estimate") {
  Setup setup = nvidia();
  setup.placement.gpu_layers = 20;
  setup.placement.expert_layers_on_cpu = 7;
  setup.settings.context_tokens = 32768;
  setup.settings.parallel = 4;
  setup.settings.kv_unified = true;
  setup.settings.ubatch = 1024;
  setup.settings.batch = 4096;
  setup.settings.kv_type_k = TensorType::q8_0;
  setup.settings.kv_type_v = TensorType::q4_0;
  setup.settings.swa_full = true;
  setup.settings.op_offload = false;
  setup.settings.threads = 8;
  CHECK(command(setup, Engine::llama_cpp) ==
        "llama-server -m llama-3.1-8b-Q4_K_M.gguf -ngl 20 -ncmoe 7 -c 32768 -np 4 -kvu -b 4096 -ub 1024 -fa on -ctk q8_0 "
        "-ctv q4_0 "
        "--swa-full --no-op-offload -t 8");
  setup.machine.cpu.physical_cores = 16;
  CHECK_THAT(command(setup, Engine::llama_cpp), Catch::EndsWith("-t 8 -tb 16"));
}

TEST_CASE("llama.cpp without a GPU says nothing about layers") {
  Setup setup = nvidia();
  setup.machine.devices.clear();
  setup.placement.gpu_layers = 0;
  setup.settings.flash_attn = false;
  CHECK(command(setup, Engine::llama_cpp) == "llama-server -m llama-3.1-8b-Q4_K_M.gguf -c 8192 -np 1 -fa off");
}

TEST_CASE("Ollama: context and cache type are set for its server") {
  Setup setup = nvidia();
  setup.settings.context_tokens = 16384;
  setup.settings.parallel = 2;
  setup.settings.kv_type_k = setup.settings.kv_type_v = TensorType::q8_0;
  const auto all = lines(setup);
  const auto found =
      std::find_if(all.begin(), all.end(), [](const LaunchCommand& line) { return line.engine == Engine::ollama; });
  REQUIRE(found != all.end());
  CHECK(found->command == "ollama run llama3.1:8b");
  CHECK(found->environment ==
        "OLLAMA_CONTEXT_LENGTH=8192 OLLAMA_NUM_PARALLEL=2 OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=q8_0");
  CHECK(found->base_url == "http://localhost:11434/v1");
  CHECK(found->note.empty());
}

TEST_CASE("Ollama: another quant than the tag's is said") {
  Setup setup = nvidia();
  setup.quant.id = "Q8_0";
  CHECK(lines(setup)[1].note.find("Q8_0") != std::string::npos);
  setup.model.ollama_tag = "";
  CHECK(command(setup, Engine::ollama) == "none");
}

TEST_CASE("the asked-for engine comes first") {
  Setup setup = nvidia();
  setup.settings.engine = Engine::ollama;
  CHECK(lines(setup).front().engine == Engine::ollama);
  setup.settings.engine = Engine::lmstudio;
  CHECK(lines(setup).front().command == "lms load llama-3.1-8b --context-length 8192 --gpu max && lms server start");
}

TEST_CASE("vLLM: safetensors on NVIDIA or AMD cards only") {
  Setup setup = nvidia();
  CHECK(command(setup, Engine::vllm) == "none");
  setup.quant = {};
  setup.quant.id = "BF16";
  setup.quant.format = QuantFormat::safetensors;
  setup.quant.base = TensorType::bf16;
  setup.machine.devices = {gpu(Vendor::nvidia), gpu(Vendor::nvidia)};
  CHECK(command(setup, Engine::vllm) ==
        "vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 8192 --max-num-seqs 1 --tensor-parallel-size 2");
  CHECK(command(setup, Engine::llama_cpp) == "none");
  setup.quant.base = TensorType::fp8;
  setup.machine.devices = {gpu(Vendor::amd)};
  CHECK(command(setup, Engine::vllm) ==
        "vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 8192 --max-num-seqs 1 --quantization fp8");
  setup.machine.devices = {gpu(Vendor::apple, DeviceKind::integrated_gpu)};
  CHECK(command(setup, Engine::vllm) == "none");
}

TEST_CASE("vLLM: weights that the model's own repository does not hold are no command that loads the others") {
  Setup setup = nvidia();
  setup.settings.engine = Engine::vllm;
  setup.quant = {};
  setup.quant.id = "AWQ-4bit";
  setup.quant.format = QuantFormat::safetensors;
  setup.quant.base = TensorType::int4_g128;
  const std::string placeholder = "vllm serve OWNER/Llama-3.1-8B-Instruct-AWQ-4bit --max-model-len 8192 --max-num-seqs 1";
  CHECK(command(setup, Engine::vllm) == placeholder);
  CHECK_THAT(lines(setup).front().note, Catch::Contains("a repository that holds"));
  // Shipped in four bits: there is no other form of it.
  setup.quant.id = "MXFP4_MOE";
  setup.model.expert_type = TensorType::mxfp4;
  CHECK_THAT(command(setup, Engine::vllm), Catch::StartsWith("vllm serve meta-llama/Llama-3.1-8B-Instruct "));
  CHECK(lines(setup).front().note.empty());
  setup.quant.format = QuantFormat::gguf;  // as the catalog calls it
  CHECK_THAT(command(setup, Engine::vllm), Catch::StartsWith("vllm serve meta-llama/Llama-3.1-8B-Instruct "));
}

TEST_CASE("vLLM asked for 16-bit weights gets them, and nothing else is offered") {
  Setup setup = nvidia();
  setup.quant.id = "BF16";
  setup.quant.base = TensorType::bf16;
  CHECK(command(setup, Engine::llama_cpp) != "none");
  setup.settings.engine = Engine::vllm;
  CHECK(command(setup, Engine::vllm) == "vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 8192 --max-num-seqs 1");
  CHECK(command(setup, Engine::llama_cpp) == "none");
}

TEST_CASE("MLX: on Apple, with the bits of the quant") {
  Setup setup = nvidia();
  setup.quant.format = QuantFormat::mlx;
  setup.quant.base = TensorType::int4_g64;
  CHECK(command(setup, Engine::mlx) == "none");
  setup.machine.devices = {gpu(Vendor::apple, DeviceKind::integrated_gpu)};
  CHECK(command(setup, Engine::mlx) ==
        "mlx_lm.convert --hf-path meta-llama/Llama-3.1-8B-Instruct --mlx-path llama-3.1-8b-4bit -q --q-bits 4 "
        "--q-group-size 64 && "
        "mlx_lm.server --model llama-3.1-8b-4bit");
  setup.quant.base = TensorType::bf16;
  CHECK(command(setup, Engine::mlx) == "mlx_lm.server --model meta-llama/Llama-3.1-8B-Instruct");
}

TEST_CASE("names from outside cannot leave their shell word") {
  Setup setup = nvidia();
  setup.model.id = "x; rm -rf ~ `id` $HOME 'q'";
  setup.model.ollama_tag = "t\x1b[2J$(id)";
  CHECK(command(setup, Engine::llama_cpp) ==
        "llama-server -m 'x; rm -rf ~ `id` $HOME '\\''q'\\''-Q4_K_M.gguf' -ngl 99 -c 8192 -np 1 -fa on");
  CHECK(command(setup, Engine::ollama) == "ollama run 't [2J$(id)'");
}
