// SPDX-License-Identifier: MIT
// The layouts of four programs' folders, rebuilt in small.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>

#include "store/store.hpp"
#include "temp_folder.hpp"

namespace canirun::store {
namespace {

using formats::SetKind;
using Names = std::vector<std::string>;

std::string digest_of(char letter) { return std::string(64, letter); }

std::string layer(const std::string& kind, char letter, std::uint64_t bytes) {
  return R"({"mediaType": "application/vnd.ollama.image.)" + kind + R"(", "digest": "sha256:)" + digest_of(letter) +
         R"(", "size": )" + std::to_string(bytes) + "}";
}
/// A manifest with this configuration and these layers.
std::string manifest(char config, const std::string& layers) {
  return R"({"schemaVersion": 2, "config": )" + layer("config", config, 10) + R"(, "layers": [)" + layers + "]}";
}

const InstalledModel& named(const std::vector<InstalledModel>& models, const std::string& name) {
  const auto found = std::find_if(models.begin(), models.end(), [&](const InstalledModel& m) { return m.name == name; });
  if (found == models.end()) {
    std::string all;
    for (const InstalledModel& model : models) all += " " + model.name;
    FAIL("no " << name << " among" << all);
  }
  return *found;
}

Names names_of(const std::vector<InstalledModel>& models) {
  Names names;
  for (const InstalledModel& model : models) names.push_back(model.name);
  return names;
}

/// Sets variables, and what they were again at its end.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& variables) {
    for (const char* name :
         {"HOME", "OLLAMA_MODELS", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "LLAMA_CACHE", "XDG_CACHE_HOME"}) {
      if (const char* value = std::getenv(name)) before_[name] = value;
      ::unsetenv(name);
      all_.emplace_back(name);
    }
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const std::string& name : all_) ::unsetenv(name.c_str());
    for (const auto& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  Names all_;
  std::map<std::string, std::string> before_;
};

StoreFolders folders_with(const std::map<std::string, std::string>& variables) {
  const Environment environment(variables);
  return store_folders_from_environment();
}

}  // namespace

TEST_CASE("Ollama's store") {
  const TempFolder temp;
  const auto blob = [&](char letter) { return "blobs/sha256-" + digest_of(letter); };
  const std::string own = "manifests/registry.ollama.ai/";
  temp.sparse(blob('a'), 4000);
  temp.file(blob('b'), R"({"model_format": "gguf", "file_type": "Q4_K_M"})");
  temp.file(blob('c'), R"({"remote_host": "https://ollama.com:443", "remote_model": "big"})");
  temp.sparse(blob('d'), 100);
  temp.file("blobs/sha256-" + digest_of('e') + "-partial");
  temp.sparse("blobs/sha256:" + digest_of('f'), 60);

  temp.file(own + "library/qwen/7b", manifest('b', layer("model", 'a', 4000) + "," + layer("template", 'b', 5)));
  temp.file("manifests/hf.co/someone/Some-GGUF/Q8_0", manifest('9', layer("model", 'a', 4000)));
  temp.file(own + "person/model/latest", manifest('9', layer("model", 'f', 60)));
  temp.file(own + "library/short/1b", manifest('9', layer("model", 'd', 5000)));
  temp.file(own + "library/loading/1b", manifest('9', layer("model", 'e', 5000)));
  temp.file(own + "library/gone/1b", manifest('9', layer("model", '1', 5000)));
  temp.file(own + "library/cloud/big", manifest('c', layer("license", '2', 5)));
  temp.file(own + "library/loose/mlx", manifest('9', layer("tensor", '2', 5)));
  temp.file(own + "library/broken/latest", R"({"layers": [)");
  temp.file(own + "library/climbs/latest", R"({"layers": [{"mediaType": "application/vnd.ollama.image.model",
      "digest": "sha256:../../../../etc/passwd", "size": 5}]})");
  temp.file(own + "library/.DS_Store");
  temp.file(own + "stray");

  const std::vector<InstalledModel> models = installed_models({.ollama = {temp.path()}});
  CHECK(names_of(models) == Names{"broken:latest", "climbs:latest", "cloud:big", "gone:1b", "hf.co/someone/Some-GGUF:Q8_0",
                                  "loading:1b", "loose:mlx", "person/model:latest", "qwen:7b", "short:1b"});
  const InstalledModel& qwen = named(models, "qwen:7b");
  CHECK(qwen.keeper == Keeper::ollama);
  CHECK(qwen.problem.empty());
  CHECK(qwen.bytes == 4000);
  CHECK(qwen.where.folder == temp / "blobs");
  REQUIRE(qwen.where.sets.size() == 1);
  CHECK(qwen.where.sets[0].kind == SetKind::gguf);
  CHECK(qwen.where.sets[0].label == "Q4_K_M");  // the image's configuration says so
  CHECK(qwen.where.sets[0].files == Names{"sha256-" + digest_of('a')});
  CHECK(named(models, "hf.co/someone/Some-GGUF:Q8_0").where.sets.at(0).label == "Q8_0");
  // The colon that older versions wrote.
  CHECK(named(models, "person/model:latest").problem.empty());
  CHECK(named(models, "person/model:latest").where.sets.at(0).files == Names{"sha256:" + digest_of('f')});

  CHECK(named(models, "short:1b").problem == "100 of 5000 bytes are there");
  CHECK(named(models, "loading:1b").problem == "its download is not finished");
  CHECK(named(models, "gone:1b").problem.find("not there") != std::string::npos);
  CHECK(named(models, "cloud:big").problem.find("cloud") != std::string::npos);
  CHECK(named(models, "loose:mlx").problem.find("tensor") != std::string::npos);
  CHECK_FALSE(named(models, "broken:latest").problem.empty());
  CHECK(named(models, "climbs:latest").problem.find("digest") != std::string::npos);
  CHECK(named(models, "climbs:latest").where.sets.empty());
}

TEST_CASE("LM Studio's folder") {
  const TempFolder temp;
  temp.sparse("publisher/Llama-GGUF/Llama-8B-Q4_K_M.gguf", 40);
  temp.sparse("publisher/Llama-GGUF/Llama-8B-Q8_0.gguf", 80);
  temp.sparse("publisher/Llama-GGUF/mmproj-F16.gguf", 8);
  temp.file("mlx-community/Model-4bit/config.json", "{}");
  temp.sparse("mlx-community/Model-4bit/model.safetensors", 30);
  temp.sparse("publisher/Split-GGUF/X-Q4_0-00002-of-00003.gguf", 5);
  temp.sparse("top.gguf", 5);
  temp.link("publisher/again", ".");
  const std::vector<InstalledModel> models = installed_models({.lm_studio = {temp.path()}});
  CHECK(names_of(models) == Names{"mlx-community/Model-4bit", "publisher/Llama-GGUF:Q4_K_M", "publisher/Llama-GGUF:Q8_0",
                                  "publisher/Split-GGUF:Q4_0", "top.gguf"});
  const InstalledModel& llama = named(models, "publisher/Llama-GGUF:Q8_0");
  CHECK(llama.where.folder == temp / "publisher/Llama-GGUF");
  CHECK(llama.where.sets.at(0).files == Names{"Llama-8B-Q8_0.gguf"});
  CHECK(llama.bytes == 80);
  const InstalledModel& mlx = named(models, "mlx-community/Model-4bit");
  CHECK(mlx.where.sets.at(0).kind == SetKind::safetensors);
  CHECK(mlx.where.files.size() == 2);
  CHECK(named(models, "publisher/Split-GGUF:Q4_0").problem == "2 of 3 parts are missing");
}

TEST_CASE("the Hugging Face cache") {
  const TempFolder temp;
  const std::string gemma = "models--owner--Gemma-GGUF", shards = "models--org--Big--Model", half = "models--org--half";
  temp.sparse(gemma + "/blobs/abc", 70);
  temp.link(gemma + "/snapshots/0123/gemma-Q8_0.gguf", "../../blobs/abc");
  temp.file(gemma + "/refs/main", "0123");
  temp.sparse(gemma + "/blobs/old", 60);
  temp.link(gemma + "/snapshots/older/gemma-Q4_0.gguf", "../../blobs/old");
  temp.file(shards + "/snapshots/77/config.json", "{}");
  temp.sparse(shards + "/snapshots/77/model-00001-of-00002.safetensors", 9);
  temp.link(shards + "/snapshots/77/model-00002-of-00002.safetensors", "../../blobs/not-there");
  temp.file(half + "/blobs/ab.incomplete");
  temp.file(half + "/refs/main", "55");
  temp.file("models--org--tokenizer/snapshots/1/config.json", "{}");
  temp.folder("datasets--org--data/snapshots/1");
  temp.file("version.txt", "1");
  const std::vector<InstalledModel> models = installed_models({.hugging_face = {temp.path()}});
  CHECK(names_of(models) == Names{"org/Big--Model", "org/half", "owner/Gemma-GGUF:Q8_0"});
  CHECK(named(models, "owner/Gemma-GGUF:Q8_0").where.folder == temp / (gemma + "/snapshots/0123"));
  CHECK(named(models, "owner/Gemma-GGUF:Q8_0").bytes == 70);
  CHECK(named(models, "org/Big--Model").problem == "1 of 2 parts is missing");
  CHECK(named(models, "org/half").problem == "its download is not finished");
}

TEST_CASE("llama.cpp's cache") {
  const TempFolder temp;
  temp.sparse("ggml-org_Qwen3_GGUF_Qwen3-0.6B-Q8_0.gguf", 6);
  temp.file("ggml-org_Qwen3_GGUF_Qwen3-0.6B-Q8_0.gguf.etag", "x");
  temp.file("manifest=ggml-org=Qwen3_GGUF=latest.json", "{}");
  temp.file("manifest=broken.json", "{}");
  temp.sparse("unknown_repo_file-Q4_0.gguf", 4);
  temp.sparse("a_b_Big-Q4_K_M-00001-of-00002.gguf", 4);
  temp.sparse("a_b_Big-Q4_K_M-00002-of-00002.gguf", 4);
  temp.file("c_d_Half-Q4_0.gguf.downloadInProgress");
  const std::vector<InstalledModel> models = installed_models({.llama_cpp = {temp.path()}});
  CHECK(names_of(models) == Names{"a_b_Big-Q4_K_M", "c_d_Half-Q4_0", "ggml-org/Qwen3_GGUF:Q8_0", "unknown_repo_file-Q4_0"});
  CHECK(named(models, "a_b_Big-Q4_K_M").bytes == 8);
  CHECK(named(models, "c_d_Half-Q4_0").problem == "its download is not finished");
}

TEST_CASE("folders that are not there, are empty or closed") {
  const TempFolder temp;
  const std::vector<std::string> odd = {temp / "nothing", temp.folder("empty"), temp.file("a file"), ""};
  CHECK(installed_models({.ollama = odd, .lm_studio = odd, .hugging_face = odd, .llama_cpp = odd}).empty());
  CHECK(installed_models({}).empty());
  if (::geteuid() != 0) {  // root may look everywhere
    const std::string closed = temp.folder("closed");
    ::chmod(closed.c_str(), 0);
    const std::vector<InstalledModel> models = installed_models({.ollama = {closed}});
    ::chmod(closed.c_str(), 0700);
    REQUIRE(models.size() == 1);
    CHECK(models[0].problem.find("closed") != std::string::npos);
  }
}

TEST_CASE("programs in the order of the enum, models by name") {
  const TempFolder temp;
  temp.sparse("l/b-Q4_0.gguf", 1);
  temp.sparse("l/a-Q4_0.gguf", 1);
  temp.sparse("s/p/r/x-Q4_0.gguf", 1);
  const std::vector<InstalledModel> models = installed_models({.lm_studio = {temp / "s"}, .llama_cpp = {temp / "l"}});
  CHECK(names_of(models) == Names{"p/r:Q4_0", "a-Q4_0", "b-Q4_0"});
}

TEST_CASE("where programs keep models, by the environment") {
  const TempFolder home;
  for (const char* folder : {".ollama/models", ".lmstudio/models", ".cache/huggingface/hub", ".cache/llama.cpp",
                             "elsewhere/hub", "cache/huggingface/hub", "cache/llama.cpp", "lm home/models", "downloads"}) {
    home.folder(folder);
  }
  StoreFolders folders = folders_with({{"HOME", home.path()}});
  REQUIRE_FALSE(folders.ollama.empty());
  CHECK(folders.ollama[0] == home / ".ollama/models");
  CHECK(folders.lm_studio == Names{home / ".lmstudio/models"});
  CHECK(folders.hugging_face == Names{home / ".cache/huggingface/hub"});
  CHECK(folders.llama_cpp == Names{home / ".cache/llama.cpp"});

  folders = folders_with({{"HOME", home.path()}, {"XDG_CACHE_HOME", home / "cache"}});
  CHECK(folders.hugging_face == Names{home / "cache/huggingface/hub"});
  CHECK(folders.llama_cpp == Names{home / "cache/llama.cpp"});

  folders = folders_with({{"HOME", home.path()},
                          {"OLLAMA_MODELS", "\"~/elsewhere\""},
                          {"HF_HOME", home / "elsewhere"},
                          {"LLAMA_CACHE", home / "elsewhere"}});
  CHECK(folders.ollama == Names{home / "elsewhere"});
  CHECK(folders.hugging_face == Names{home / "elsewhere/hub"});
  CHECK(folders.llama_cpp == Names{home / "elsewhere"});
  CHECK(folders_with({{"HF_HOME", home / "elsewhere"}, {"HF_HUB_CACHE", home / "cache"}}).hugging_face ==
        Names{home / "cache"});

  home.file(".lmstudio-home-pointer", (home / "lm home") + "\n");
  home.file("lm home/settings.json", R"({"downloadsFolder": ")" + (home / "downloads") + "\"}");
  CHECK(folders_with({{"HOME", home.path()}}).lm_studio ==
        Names{home / "lm home/models", home / "downloads", home / ".lmstudio/models"});
  home.file("lm home/settings.json", "{");
  CHECK(folders_with({{"HOME", home.path()}}).lm_studio == Names{home / "lm home/models", home / ".lmstudio/models"});

  // Two ways to one folder count once; no home at all is no trouble.
  home.link(".cache/lm-studio", home / ".lmstudio");
  CHECK(folders_with({{"HOME", home.path()}}).lm_studio.size() == 2);
  CHECK(folders_with({}).hugging_face.empty());
}

}  // namespace canirun::store
