// SPDX-License-Identifier: MIT
#include "catalog/names.hpp"

#include <catch2/catch.hpp>

#include "catalog/facts.hpp"
#include "catalog/lookup.hpp"
#include "catalog/wish.hpp"

using namespace canirun;
using namespace canirun::catalog;

TEST_CASE("names are folded so that spellings of one thing meet") {
  struct Case {
    const char *name, *folded;
  };
  const Case cases[] = {{"Llama 3.1 8B", "llama3-1-8b"},
                        {"llama-3.1-8b", "llama3-1-8b"},
                        {"llama3.1:8b", "llama3-1-8b"},
                        {"LLAMA_3_1_8B", "llama3-1-8b"},
                        {"gemma-3-1b", "gemma3-1b"},
                        {"gemma 31b", "gemma31b"},
                        {"qwen3-4b", "qwen3-4b"},
                        {"qwen34b", "qwen34b"},
                        {"Intel(R) Core(TM) i7-8700K", "intelcorei7-8700k"},
                        {"intel core i7 8700k", "intelcorei7-8700k"},
                        {"AMD Ryzen AI Max+ 395", "amdryzenaimax+395"},
                        {"RTX 3060 12GB", "rtx3060-12gb"},
                        {"10de:2684", "10de2684"},
                        {"  - _ ", ""},
                        {"\xc3\xa9\x01\x7f", ""}};
  for (const Case& c : cases) CHECK(fold(c.name) == c.folded);
}

TEST_CASE("a model name is taken apart") {
  struct Case {
    const char *text, *name, *quant;
  };
  const Case cases[] = {{"llama3.1:8b", "llama3.1:8b", ""},
                        {"llama3.1:8b-instruct-q8_0", "llama3.1:8b-instruct", "q8_0"},
                        {"hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M", "unsloth/Qwen3-8B-GGUF", "Q4_K_M"},
                        {"hf.co/unsloth/Qwen3-8B-GGUF:UD-Q4_K_XL", "unsloth/Qwen3-8B-GGUF", "UD-Q4_K_XL"},
                        {"https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct/", "meta-llama/Llama-3.1-8B-Instruct", ""},
                        {"hf:openai/gpt-oss-20b", "openai/gpt-oss-20b", ""},
                        {"qwen2.5-coder:7b", "qwen2.5-coder:7b", ""},
                        {"phi-4", "phi-4", ""},
                        {"", "", ""},
                        {":", ":", ""}};
  for (const Case& c : cases) {
    const ModelName parts = split_model_name(c.text);
    CHECK(parts.name == c.name);
    CHECK(parts.quant == c.quant);
  }
}

TEST_CASE("a size at the end of a name is memory") {
  struct Case {
    const char *text, *name;
    std::uint64_t gib;
  };
  const Case cases[] = {{"RTX 3060 12GB", "RTX 3060", 12},
                        {"M2 Pro 16GB", "M2 Pro", 16},
                        {"RTX 3090 24 GiB", "RTX 3090", 24},
                        {"RTX 4090", "RTX 4090", 0},
                        {"A100-SXM4-80GB", "A100-SXM4", 80},
                        {"24GB", "24GB", 0},
                        {"Xeon G", "Xeon G", 0}};
  for (const Case& c : cases) {
    const SizedName sized = split_size(c.text);
    CHECK(sized.name == c.name);
    CHECK(sized.memory_bytes.value_or(0) == c.gib << 30U);
  }
}

TEST_CASE("processor names as kernels print them lead to the plain name") {
  struct Case {
    const char *printed, *plain;
  };
  const Case cases[] = {{"12th Gen Intel(R) Core(TM) i9-12900K", "Intel Core i9-12900K"},
                        {"Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "Intel Xeon E5-2680 v4"},
                        {"AMD EPYC 7763 64-Core Processor", "AMD EPYC 7763"},
                        {"AMD Ryzen 7 7840HS w/ Radeon 780M Graphics", "AMD Ryzen 7 7840HS"},
                        {"AMD Ryzen Threadripper PRO 5975WX 32-Cores", "AMD Ryzen Threadripper PRO 5975WX"},
                        {"AMD Threadripper 3970X", "AMD Ryzen Threadripper 3970X"}};
  for (const Case& c : cases) {
    const std::vector<std::string> spellings = cpu_spellings(c.printed);
    const bool found =
        std::any_of(spellings.begin(), spellings.end(), [&](const std::string& s) { return fold(s) == fold(c.plain); });
    INFO(c.printed);
    CHECK(found);
  }
}

TEST_CASE("suggestions are near, few and never invented") {
  Suggestions suggestions("lama3-1");
  suggestions.consider("llama3-1-8b", "llama-3.1-8b");
  suggestions.consider("llama3-1-70b", "llama-3.1-70b");
  suggestions.consider("qwen2-5-7b", "qwen2.5-7b");
  suggestions.consider("llama3-1", "llama-3.1-8b");
  const std::vector<std::string> best = suggestions.best();
  REQUIRE_FALSE(best.empty());
  CHECK(best.front() == "llama-3.1-8b");
  CHECK(best.size() <= 3);
  CHECK(std::count(best.begin(), best.end(), "llama-3.1-8b") == 1);
  CHECK(std::count(best.begin(), best.end(), "qwen2.5-7b") == 0);

  CHECK(not_found("model", "a\x1b[31mb\n", {}, "try list").value().message == "unknown model \"a[31mb\"");
  CHECK(not_found("model", "x", {}, "try list").value().hint == "try list");
  CHECK(not_found("model", "x", {"y", "z"}, "try list").value().hint == "did you mean: y, z?");
}
