// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <set>

#include "catalog/catalog.hpp"
#include "catalog/device_record.hpp"
#include "catalog/lookup.hpp"
#include "catalog/names.hpp"

using namespace canirun;
using namespace canirun::catalog;

TEST_CASE("models are found by every usual spelling") {
  const Catalog catalog = Catalog::embedded();
  REQUIRE(catalog.problems().empty());
  struct Case {
    const char *typed, *id;
  };
  const Case cases[] = {{"llama-3.1-8b", "llama-3.1-8b"},
                        {"Llama 3.1 8B", "llama-3.1-8b"},
                        {"LLAMA_3.1_8B", "llama-3.1-8b"},
                        {"llama3.1:8b", "llama-3.1-8b"},
                        {"llama3.1", "llama-3.1-8b"},
                        {"llama3.1:latest", "llama-3.1-8b"},
                        {"llama3.1:8b-instruct-q8_0", "llama-3.1-8b"},
                        {"meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"},
                        {"hf.co/meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"},
                        {"https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"},
                        {"hf.co/bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M", "llama-3.1-8b"},
                        {"llama3.1:70b", "llama-3.1-70b"},
                        {"qwen2.5-coder:7b", "qwen2.5-coder-7b"},
                        {"Qwen2.5-Coder 7B", "qwen2.5-coder-7b"},
                        {"deepseek-coder:6.7b", "deepseek-coder-6.7b"},
                        {"phi4", "phi-4"},
                        {"phi4:14b", "phi-4"},
                        {"gpt-oss", "gpt-oss-20b"},
                        {"gpt-oss:120b", "gpt-oss-120b"},
                        {"gemma3", "gemma-3-4b"},
                        {"Gemma 4 26B-A4B", "gemma-4-26b-a4b"},
                        {"mistral", "mistral-7b-v0.3"},
                        {"Qwen3 30B-A3B", "qwen3-30b-a3b"}};
  for (const Case& c : cases) {
    INFO(c.typed);
    const Result<ModelSpec> model = catalog.model(c.typed);
    REQUIRE(model);
    CHECK(model->id == c.id);
  }
}

TEST_CASE("an unknown model gets suggestions") {
  const Catalog catalog = Catalog::embedded();
  const Result<ModelSpec> near = catalog.model("lama3.1");
  REQUIRE_FALSE(near);
  CHECK(near.error().kind == ErrorKind::not_found);
  CHECK(near.error().message == "unknown model \"lama3.1\"");
  CHECK(near.error().hint.find("did you mean: llama-3.1-8b") == 0);
  const Result<ModelSpec> far = catalog.model("zzzzzzzz");
  REQUIRE_FALSE(far);
  CHECK(far.error().hint.find("did you mean") == std::string::npos);
  CHECK_FALSE(catalog.model(""));
  CHECK_FALSE(catalog.model(std::string(100000, 'a')));
  CHECK_FALSE(catalog.model("gemma 31b"));  // not gemma-3-1b
}

TEST_CASE("the other kinds are found too") {
  const Catalog catalog = Catalog::embedded();
  CHECK(catalog.quant("q4_k_m")->id == "Q4_K_M");
  CHECK_FALSE(catalog.quant("Q4_K_L9"));
  CHECK(catalog.usages().size() >= 3);
  CHECK(catalog.api_price("openai/gpt-4o-mini"));
  CHECK_FALSE(catalog.api_price("nobody/nothing"));
  CHECK(catalog.usage("nothing").error().hint.find("one of: ") == 0);
  const Books& books = catalog.books();
  CHECK(&books == &catalog.books());
  CHECK_FALSE(books.speeds.architectures.empty());
  CHECK_FALSE(books.capability.benchmarks.empty());
  CHECK_FALSE(books.prices.electricity.empty());
  CHECK(catalog.date() >= "2026-11-01");
}

TEST_CASE("PCI ids find devices, memory tells namesakes apart") {
  const Catalog catalog = Catalog::embedded();
  const auto id = [&](const char* pci, std::uint64_t mib) {
    const auto found = catalog.device_by_pci(pci, mib == 0 ? std::nullopt : std::optional(mib << 20U));
    return found ? found->id : std::string();
  };
  CHECK(id("10de:2684", 0) == "nvidia/geforce-rtx-4090");
  CHECK(id("10DE:2684", 24564) == "nvidia/geforce-rtx-4090");
  CHECK(id("10de:2504", 12288) == "nvidia/geforce-rtx-3060");
  CHECK(id("10de:2504", 8192) == "nvidia/geforce-rtx-3060-8gb");
  CHECK(id("10de:1e30", 22698) == "nvidia/quadro-rtx-6000");  // ECC keeps a sixteenth
  CHECK(id("10de:1e30", 46080) == "nvidia/quadro-rtx-8000");
  CHECK(id("1002:73bf:c1", 16368) == "amd/radeon-rx-6800-xt");
  CHECK(id("1002:73bf:c3", 16368) == "amd/radeon-rx-6800");
  CHECK(id("10de:ffff", 0).empty());
  CHECK(catalog.device_named("NVIDIA GeForce RTX 3060", std::uint64_t{8} << 30U)->id == "nvidia/geforce-rtx-3060-8gb");
  CHECK_FALSE(catalog.device_named("NVIDIA GeForce RTX", std::nullopt));
  CHECK(catalog.device("apple/m1")->kind == DeviceRecordKind::cpu);  // an id beats the GPUs that are also called M1
}

TEST_CASE("device records are consistent") {
  const Catalog catalog = Catalog::embedded();
  const std::vector<DeviceRecord> devices = catalog.devices();
  CHECK(devices.size() >= 800);
  std::set<std::string> ids;
  for (const DeviceRecord& device : devices) ids.insert(device.id);
  CHECK(ids.size() == devices.size());
  for (const DeviceRecord& device : devices) {
    INFO(device.id);
    CHECK(catalog.device(device.id)->id == device.id);
    CHECK(std::is_sorted(device.memory_gib.begin(), device.memory_gib.end()));
    if (device.host_cpu) CHECK(ids.count(*device.host_cpu) == 1);
    if (device.bandwidth_bytes_per_s) {
      CHECK(device.bandwidth_low_bytes_per_s.value_or(1) <= *device.bandwidth_bytes_per_s);
      CHECK(device.bandwidth_high_bytes_per_s.value_or(1e15) >= *device.bandwidth_bytes_per_s);
    }
    // Bandwidth is bus width x data rate wherever all three are written down. HBM stacks and marketing round: 4 %.
    if (device.bandwidth_bytes_per_s && device.memory_bus_bits && device.memory_data_rate_bits_per_s) {
      const double computed = *device.memory_bus_bits / 8.0 * *device.memory_data_rate_bits_per_s;
      CHECK(*device.bandwidth_bytes_per_s == Approx(computed).epsilon(0.04));
    }
    if (device.kind == DeviceRecordKind::cpu) {
      CHECK(device.core_count);
      CHECK(device.isa);
      CHECK(device.bandwidth_bytes_per_s);
      CHECK(device.performance_cores.value_or(0) <= device.core_count.value_or(0));
    }
    if (device.kind == DeviceRecordKind::gpu) CHECK_FALSE(device.memory_gib.empty());
  }
}

TEST_CASE("a quant behind a name is no part of it") {
  struct Case {
    const char *typed, *name, *quant;
  };
  const Case cases[] = {{"qwen3 8b q4", "qwen3 8b", "q4"},
                        {"Qwen3-8B-Q4_K_M", "Qwen3-8B", "Q4_K_M"},
                        {"qwen3-8b.IQ3_XXS", "qwen3-8b", "IQ3_XXS"},
                        {"qwen3 8b UD-Q4_K_XL", "qwen3 8b", "UD-Q4_K_XL"},
                        {"Qwen/Qwen3-8B-FP8", "Qwen/Qwen3-8B", "FP8"},
                        {"llama3.1:8b-instruct-q8_0", "llama3.1:8b-instruct", "q8_0"},
                        {"mlx-community/Qwen3-8B-4bit", "mlx-community/Qwen3-8B-4bit", ""},
                        {"gpt-oss 20b", "gpt-oss 20b", ""},
                        {"some-q1model", "some-q1model", ""},
                        {"q4", "q4", ""}};
  for (const Case& c : cases) {
    INFO(c.typed);
    CHECK(split_model_name(c.typed).name == c.name);
    CHECK(split_model_name(c.typed).quant == c.quant);
  }
}

TEST_CASE("the one model that is meant, when words that tell versions apart are left out") {
  const Catalog catalog = Catalog::embedded();
  struct Case {
    const char *typed, *id;
  };
  const Case cases[] = {{"nemotron nano 9b", "nemotron-nano-9b-v2"},
                        {"magistral small", "magistral-small-24b"},
                        {"ernie 4.5 21b", "ernie-4.5-21b-a3b"},
                        {"exaone 4 32b", "exaone-4.0-32b"},
                        {"qwen 30b a3b q4", "qwen3-30b-a3b"},
                        {"llama 405b", "llama-3.1-405b"},
                        {"llama-3.1-8b", "llama-3.1-8b"}};
  for (const Case& c : cases) {
    INFO(c.typed);
    const Result<ModelSpec> model = catalog.model_meant(c.typed);
    REQUIRE(model);
    CHECK(model->id == c.id);
  }
  // Several would do, one word is a family, or a word is left out that tells products apart.
  for (const char* unknown : {"qwen 7b", "gemma 27b", "hermes", "mistral 24b", "r1 70b", "no such 8b"}) {
    INFO(unknown);
    CHECK_FALSE(catalog.model_meant(unknown));
  }
}
