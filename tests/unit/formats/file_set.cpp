// SPDX-License-Identifier: MIT
// Which files of a listing belong together, by their names alone.
#include "formats/file_set.hpp"

#include <algorithm>
#include <canirun/names.hpp>
#include <catch2/catch.hpp>

#include "formats/file_name.hpp"

namespace canirun::formats {
namespace {

/// Files of rising sizes: the first has 100 bytes, the next 101 ...
std::vector<ListedFile> listing(const std::vector<std::string>& names) {
  std::vector<ListedFile> files;
  for (const std::string& name : names) files.push_back({.name = name, .bytes = 100 + files.size()});
  return files;
}

std::vector<FileSet> sets_of(const std::vector<std::string>& names) { return file_sets(listing(names)); }

std::vector<std::string> labels(const std::vector<FileSet>& sets) {
  std::vector<std::string> result;
  for (const FileSet& set : sets) result.push_back(set.label);
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the quant in a name is found as catalogs write it") {
  struct Case {
    const char *name, *quant;
  };
  const Case cases[] = {
      {"Qwen3-8B-Q4_K_M.gguf", "Q4_K_M"},
      {"qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf", "Q4_K_M"},
      {"UD-Q2_K_XL/Qwen3-8B-UD-Q2_K_XL-00001-of-00002.gguf", "UD-Q2_K_XL"},
      {"m-UD-IQ1_S.gguf", "UD-IQ1_S"},
      {"m-UD-TQ1_0.gguf", "UD-TQ1_0"},
      {"m.Q8_0.gguf", "Q8_0"},
      {"m.i1-IQ3_XXS.gguf", "IQ3_XXS"},
      {"m-IQ4_NL.gguf", "IQ4_NL"},
      {"m-IQ4_KS_R4.gguf", "IQ4_KS_R4"},
      {"m-Q4_0_4_4.gguf", "Q4_0_4_4"},
      {"m-Q6_K_L.gguf", "Q6_K_L"},
      {"m-Q8_K_XL.gguf", "Q8_K_XL"},
      {"m-Q6_K.gguf", "Q6_K"},
      {"m-Q4KM.gguf", "Q4_K_M"},
      {"m-TQ2_0.gguf", "TQ2_0"},
      {"gpt-oss-20b-mxfp4.gguf", "MXFP4"},
      {"m-MXFP4_MOE.gguf", "MXFP4_MOE"},
      {"m-NVFP4.gguf", "NVFP4"},
      {"m-fp16.gguf", "F16"},
      {"m-bf16.gguf", "BF16"},
      {"m.f32.gguf", "F32"},
      // What it was made from is not what it is.
      {"m-f16-Q4_K_M.gguf", "Q4_K_M"},
      {"m-Q4_K_M-f16.gguf", "Q4_K_M"},
      {"m-Q8_0-requantized-Q4_0.gguf", "Q4_0"},
      {"Q4_K_M", "Q4_K_M"},
  };
  for (const Case& each : cases) {
    INFO(each.name);
    CHECK(quant_in_name(each.name) == each.quant);
  }
}

TEST_CASE("what only looks like a quant is none") {
  for (const char* name :
       {"model.gguf", "", "q", "iq", "ud-", "Q9_K_M.gguf", "IQ7_S.gguf", "Q4.gguf", "Q4_2.gguf", "SQ4_K_M.gguf",
        "buf16.gguf", "bf160.gguf", "Q8_01.gguf", "mxfp44.gguf", "Q4_K_M/model.gguf", "qwen3-4b.gguf"}) {
    INFO(name);
    CHECK(quant_in_name(name).empty());
  }
}

TEST_CASE("names are taken apart") {
  CHECK(base_name("a/b/c.gguf") == "c.gguf");
  CHECK(base_name("c") == "c");
  CHECK(folder_of("a/b/c.gguf") == "a/b");
  CHECK(folder_of("c").empty());
  CHECK(has_ending("A.GGUF", ".gguf"));
  CHECK_FALSE(has_ending(".gguf", ".gguf"));
  CHECK(has_word("my-LoRA_v2", "lora"));
  CHECK_FALSE(has_word("explorable", "lora"));

  const SplitName split = split_name("dir/X-00002-of-00008.gguf");
  CHECK(split.stem == "dir/X");
  CHECK(split.number == 2);
  CHECK(split.count == 8);
  CHECK(split_name("model-1-of-61.safetensors").count == 61);
  CHECK(split_name("model-00000-of-00002.safetensors").stem == "model");
  CHECK(split_name("model-00001-of-000163.safetensors").count == 163);
  for (const char* whole :
       {"X-00009-of-00008.gguf", "X-1-of-0.gguf", "X-of-8.gguf", "X.gguf", "8-of-8", "X-1-of-99999999999.gguf"}) {
    INFO(whole);
    CHECK(split_name(whole).count == 0);
  }
  CHECK(stem_of("a/b.c/X-Q4.gguf") == "X-Q4");
}

TEST_CASE("a folder of quants: smallest first, projectors and adapters last") {
  const std::vector<FileSet> sets = file_sets({{"Qwen3-8B-Q8_0.gguf", 8000},
                                               {"mmproj-F16.gguf", 100},
                                               {"mmproj-BF16.gguf", 90},
                                               {"my-lora-f16.gguf", 10},
                                               {"Qwen3-8B-Q4_K_M.gguf", 4000},
                                               {"Qwen3-8B-BF16.gguf", {}},
                                               {"imatrix_unsloth.gguf", 3},
                                               {"Qwen3-8B-imatrix.gguf", 3},
                                               {"README.md", 1},
                                               {"config.json", 1},
                                               {".hidden-Q4_0.gguf", 5},
                                               {"._Qwen3-8B-Q8_0.gguf", 1},
                                               {".cache/Qwen3-8B-Q2_K.gguf", 2}});
  CHECK(labels(sets) == Names{"Q4_K_M", "Q8_0", "BF16", "BF16", "F16", "F16"});
  REQUIRE(sets.size() == 6);
  CHECK(sets[2].kind == SetKind::gguf);
  CHECK_FALSE(sets[2].bytes);  // of unknown size: after the others
  CHECK(sets[3].kind == SetKind::projector);
  CHECK(sets[5].kind == SetKind::adapter);
}

TEST_CASE("a split file is one set, its parts in order, what lacks is counted") {
  std::vector<FileSet> sets =
      sets_of({"d/X-Q4_K_M-00003-of-00003.gguf", "d/X-Q4_K_M-00001-of-00003.gguf", "d/X-Q4_K_M-00002-of-00003.gguf"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].files ==
        Names{"d/X-Q4_K_M-00001-of-00003.gguf", "d/X-Q4_K_M-00002-of-00003.gguf", "d/X-Q4_K_M-00003-of-00003.gguf"});
  CHECK(sets[0].bytes == 303);
  CHECK(sets[0].missing_parts == 0);
  CHECK(sets[0].label == "Q4_K_M");

  sets = sets_of({"X-00002-of-00005.gguf", "X-00005-of-00005.gguf"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].missing_parts == 3);
  CHECK(sets[0].bytes == 201);

  // A whole file and a split one of the same name, and splits into different numbers of parts, are different sets.
  sets = sets_of({"X-Q8_0.gguf", "X-Q8_0-00001-of-00002.gguf", "X-Q8_0-00002-of-00002.gguf", "X-Q8_0-00001-of-00001.gguf"});
  CHECK(sets.size() == 3);
  std::vector<std::string> names = labels(sets);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());

  // Of a size nobody knows, the sum is not known.
  sets = file_sets({{"X-00001-of-00002.gguf", 5}, {"X-00002-of-00002.gguf", {}}});
  REQUIRE(sets.size() == 1);
  CHECK_FALSE(sets[0].bytes);
}

TEST_CASE("a quant in the folder's name serves when the file's has none") {
  CHECK(labels(sets_of({"Q4_K_M/model.gguf", "Q8_0/model.gguf"})) == Names{"Q4_K_M", "Q8_0"});
}

TEST_CASE("several models in one folder are told apart by their names") {
  CHECK(labels(sets_of({"A-Q8_0.gguf", "B-Q8_0.gguf", "A-Q4_0.gguf"})) == Names{"A-Q8_0", "B-Q8_0", "Q4_0"});
  CHECK(labels(sets_of({"A-Q8_0.gguf", "x/A-Q8_0.gguf"})) == Names{"A-Q8_0", "x/A-Q8_0"});
  CHECK(labels(sets_of({"one.gguf", "two.gguf"})) == Names{"one", "two"});
}

TEST_CASE("safetensors of one folder are one model, with their JSON") {
  std::vector<FileSet> sets = sets_of({"config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                                       "model.safetensors.index.json", "tokenizer.json", "generation_config.json",
                                       "original/consolidated.safetensors", "original/config.json", "onnx/model.safetensors",
                                       "1_Pooling/config.json"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].kind == SetKind::safetensors);
  CHECK(sets[0].files == Names{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"});
  CHECK(sets[0].config == "config.json");
  CHECK(sets[0].index == "model.safetensors.index.json");
  CHECK(sets[0].bytes == 203);

  // Counted from 0, with one part more than the name says.
  sets =
      sets_of({"model-00000-of-00002.safetensors", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].files.size() == 3);
  CHECK(sets[0].missing_parts == 0);

  sets = sets_of({"model-1-of-61.safetensors", "config.json"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].missing_parts == 60);
}

TEST_CASE("the same weights in another layout are not counted twice") {
  std::vector<FileSet> sets =
      sets_of({"config.json", "model.safetensors", "consolidated.safetensors", "model.fp16.safetensors", "params.json"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].files == Names{"model.safetensors"});

  sets = sets_of({"consolidated.safetensors", "params.json"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].files == Names{"consolidated.safetensors"});
  CHECK(sets[0].config.empty());

  // A whole file beside the shards of the same name.
  sets = sets_of({"model.safetensors", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].files.size() == 2);
}

TEST_CASE("an index gathers shards that are numbered in other ways") {
  const std::vector<FileSet> sets = sets_of({"config.json", "model.safetensors.index.json", "model_0.safetensors",
                                             "model_1.safetensors", "model_mtp.safetensors", "model.fp16.safetensors"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].files == Names{"model_0.safetensors", "model_1.safetensors", "model_mtp.safetensors"});
  CHECK(sets[0].bytes == 102 + 103 + 104);
}

TEST_CASE("adapters are no models, but keep their description") {
  const std::vector<FileSet> sets = sets_of({"adapter_config.json", "adapter_model.safetensors", "README.md"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].kind == SetKind::adapter);
  CHECK(sets[0].config == "adapter_config.json");
}

TEST_CASE("models in folders of their own") {
  const std::vector<FileSet> sets = sets_of({"a/config.json", "a/model.safetensors", "b/config.json", "b/model.safetensors",
                                             "b/checkpoint-5/config.json", "b/checkpoint-5/model.safetensors"});
  CHECK(labels(sets) == Names{"a", "b"});
  REQUIRE(sets.size() == 2);
  CHECK(sets[1].config == "b/config.json");
}

TEST_CASE("config.json alone is a description; beside weights it is none of its own") {
  std::vector<FileSet> sets = sets_of({"config.json", "pytorch_model.bin"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].kind == SetKind::config_only);
  CHECK(sets[0].config == "config.json");
  CHECK_FALSE(sets[0].bytes);

  sets = sets_of({"config.json", "X-Q4_0.gguf"});
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].kind == SetKind::gguf);
  CHECK(sets_of({}).empty());
  CHECK(sets_of({"README.md", "tokenizer.json"}).empty());
}

TEST_CASE("every file of weights is in at most one set, whatever the names") {
  // Names made of the pieces that the rules look for, in all combinations of two.
  const Names pieces = {"model", "Q4_0", "-00001-of-00002", "-00000-of-00002", "consolidated", "mmproj", "lora", ".fp16",
                        "a/",    ""};
  const Names endings = {".gguf", ".safetensors", ".safetensors.index.json", "config.json"};
  Names names;
  for (const std::string& a : pieces) {
    for (const std::string& b : pieces) {
      for (const std::string& ending : endings) names.push_back(a + b + ending);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::string> used;
  for (const FileSet& set : sets_of(names)) {
    CHECK_FALSE((set.files.empty() && set.config.empty()));
    CHECK_FALSE(set.label.empty());
    used.insert(used.end(), set.files.begin(), set.files.end());
  }
  std::sort(used.begin(), used.end());
  CHECK(std::adjacent_find(used.begin(), used.end()) == used.end());
  CHECK(used.size() > 50);
}

}  // namespace canirun::formats
