// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "store/files.hpp"
#include "store/store.hpp"
#include "temp_folder.hpp"

namespace canirun::store {
namespace {

using formats::SetKind;
using Names = std::vector<std::string>;

LocalModel found(const std::string& path) {
  Result<LocalModel> model = look_up(path);
  if (!model) FAIL(path << ": " << model.error().text());
  return *std::move(model);
}

/// The one set that a path names.
formats::FileSet only_set(const std::string& path) {
  const LocalModel model = found(path);
  REQUIRE(model.sets.size() == 1);
  return model.sets.front();
}

Error error_of(const std::string& path) {
  const Result<LocalModel> model = look_up(path);
  REQUIRE_FALSE(model);
  return model.error();
}

}  // namespace

TEST_CASE("a file is a model by itself") {
  const TempFolder temp;
  temp.sparse("A-Q4_0.gguf", 10);
  temp.sparse("A-Q8_0.gguf", 20);
  const LocalModel model = found(temp / "A-Q8_0.gguf");
  CHECK(model.folder == temp.path());
  REQUIRE(model.sets.size() == 1);
  CHECK(model.sets[0].files == Names{"A-Q8_0.gguf"});
  CHECK(model.sets[0].label == "Q8_0");
  CHECK(model.sets[0].bytes == 20);
}

TEST_CASE("any part stands for the whole split") {
  const TempFolder temp;
  for (const char* part : {"1", "2", "3"}) temp.sparse(std::string("X-0000") + part + "-of-00003.gguf", 5);
  for (const char* part : {"1", "2", "3"}) {
    const formats::FileSet set = only_set(temp / ("X-0000" + std::string(part) + "-of-00003.gguf"));
    CHECK(set.files.size() == 3);
    CHECK(set.bytes == 15);
  }
  std::filesystem::remove(temp / "X-00002-of-00003.gguf");
  CHECK(only_set(temp / "X-00003-of-00003.gguf").missing_parts == 1);
}

TEST_CASE("projectors, adapters and what names leave out are found when they are named") {
  const TempFolder temp;
  temp.sparse("mmproj-F16.gguf", 1);
  temp.sparse("imatrix.gguf", 1);
  temp.sparse(".hidden.gguf", 1);
  CHECK(only_set(temp / "mmproj-F16.gguf").kind == SetKind::projector);
  CHECK(only_set(temp / "imatrix.gguf").files == Names{"imatrix.gguf"});
  CHECK(only_set(temp / ".hidden.gguf").files == Names{".hidden.gguf"});
}

TEST_CASE("safetensors with what lies beside them") {
  const TempFolder temp;
  temp.file("config.json", "{}");
  temp.file("model.safetensors.index.json", "{}");
  temp.sparse("model-00001-of-00002.safetensors", 5);
  temp.sparse("model-00002-of-00002.safetensors", 6);
  temp.sparse("consolidated.safetensors", 11);
  for (const char* name : {"model-00002-of-00002.safetensors", "config.json", "model.safetensors.index.json"}) {
    INFO(name);
    const formats::FileSet set = only_set(temp / name);
    CHECK(set.kind == SetKind::safetensors);
    CHECK(set.files.size() == 2);
    CHECK(set.config == "config.json");
    CHECK(set.index == "model.safetensors.index.json");
  }
  // The other layout, when it is asked for by name.
  const formats::FileSet other = only_set(temp / "consolidated.safetensors");
  CHECK(other.files == Names{"consolidated.safetensors"});
  CHECK(other.config == "config.json");

  // Half a download: config.json still tells what it will be; its index does not.
  std::filesystem::remove(temp / "model-00002-of-00002.safetensors");
  CHECK(only_set(temp / "config.json").kind == SetKind::config_only);
  CHECK(only_set(temp / "model.safetensors.index.json").missing_parts == 1);
}

TEST_CASE("a description alone") {
  const TempFolder temp;
  temp.file("config.json", "{}");
  temp.sparse("X-Q4_0.gguf", 1);
  CHECK(only_set(temp / "config.json").kind == SetKind::config_only);
  temp.file("alone/model.safetensors.index.json", "{}");
  CHECK(error_of(temp / "alone/model.safetensors.index.json").kind == ErrorKind::not_found);
}

TEST_CASE("a file with another name is told by its first bytes") {
  const TempFolder temp;
  temp.file("sha256-ab", "GGUF....");
  CHECK(only_set(temp / "sha256-ab").kind == SetKind::gguf);
  temp.file("weights.st", std::string("\x10\0\0\0\0\0\0\0{}", 10));
  CHECK(only_set(temp / "weights.st").kind == SetKind::safetensors);
  temp.file("model.bin", "PK\x03\x04");
  CHECK(error_of(temp / "model.bin").kind == ErrorKind::unsupported);
  temp.file("empty.bin");
  CHECK(error_of(temp / "empty.bin").kind == ErrorKind::unsupported);
}

TEST_CASE("a folder holds all its models, in folders within it too") {
  const TempFolder temp;
  temp.sparse("A-Q8_0.gguf", 20);
  temp.sparse("Q4/A-Q4_0-00001-of-00002.gguf", 5);
  temp.sparse("Q4/A-Q4_0-00002-of-00002.gguf", 5);
  temp.sparse("one/two/three/four/A-Q2_K.gguf", 1);  // too deep
  temp.sparse(".git/A-Q3_K_M.gguf", 1);
  temp.file("README.md", "text");
  for (const std::string& path : {temp.path(), temp.path() + "/"}) {
    const LocalModel model = found(path);
    REQUIRE(model.sets.size() == 2);
    CHECK(model.sets[0].files.front() == "Q4/A-Q4_0-00001-of-00002.gguf");
    CHECK(model.sets[1].label == "Q8_0");
  }
  CHECK(found(temp.folder("nothing")).sets.empty());
}

TEST_CASE("odd things in a folder are passed over") {
  const TempFolder temp;
  temp.sparse("inner/A-Q8_0.gguf", 20);
  temp.link("inner/again", "..");
  temp.link("loop", ".");
  temp.link("gone-Q4_0.gguf", "nowhere");
  temp.folder("folder-Q4_0.gguf");
  REQUIRE(::mkfifo((temp / "pipe-Q4_0.gguf").c_str(), 0600) == 0);
  const LocalModel model = found(temp.path());
  REQUIRE(model.sets.size() == 1);
  CHECK(model.sets[0].files == Names{"inner/A-Q8_0.gguf"});
}

TEST_CASE("a folder of everything is refused instead of half read") {
  const TempFolder temp;
  for (int i = 0; i < 30; ++i) temp.file("f" + std::to_string(i) + ".gguf");
  const Result<FolderListing> cut = list_folder(temp.path(), {.depth = 3, .entries = 20}, is_model_file);
  REQUIRE(cut);
  CHECK_FALSE(cut->complete);
  CHECK(cut->files.size() == 20);
  const Result<FolderListing> whole = list_folder(temp.path(), {.depth = 3, .entries = 30}, is_model_file);
  REQUIRE(whole);
  CHECK(whole->complete);
}

TEST_CASE("a repository in the Hugging Face cache") {
  const TempFolder temp;
  const std::string repo = "models--owner--some--name";
  temp.sparse(repo + "/blobs/aaa", 7);
  temp.sparse(repo + "/blobs/bbb", 8);
  temp.link(repo + "/snapshots/rev1/model-Q4_0.gguf", "../../blobs/aaa");
  temp.link(repo + "/snapshots/rev2/model-Q8_0.gguf", "../../blobs/bbb");
  temp.file(repo + "/refs/main", "rev1\n");
  LocalModel model = found(temp / repo);
  CHECK(model.folder == temp / (repo + "/snapshots/rev1"));
  REQUIRE(model.sets.size() == 1);
  CHECK(model.sets[0].bytes == 7);
  CHECK(found(temp / (repo + "/snapshots/rev2")).sets.at(0).label == "Q8_0");
  // A name from a file does not lead out of the folder.
  temp.file(repo + "/refs/main", "../../..");
  model = found(temp / repo);
  CHECK(model.folder.find("/snapshots/rev") != std::string::npos);
}

TEST_CASE("paths of any letters") {
  const TempFolder temp;
  temp.sparse("my models/Größe 8B \xff.gguf", 5);
  CHECK(only_set(temp / "my models/Größe 8B \xff.gguf").bytes == 5);
  CHECK(found(temp / "my models").sets.size() == 1);
}

TEST_CASE("a path that is not there: the near names, or the folder that lacks") {
  const TempFolder temp;
  temp.sparse("my models/Größe 8B.gguf", 5);
  Error error = error_of(temp / "my models/Groesse 8B.gguf");
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.hint.find("Größe 8B.gguf") != std::string::npos);
  error = error_of(temp / "my model/Größe 8B.gguf");
  CHECK(error.hint.find("my models") != std::string::npos);
  error = error_of(temp / "zzz/at/all.gguf");
  CHECK(error.hint.find("zzz") != std::string::npos);
  CHECK(error.hint.find("at/all") == std::string::npos);
  temp.link("broken.gguf", "nowhere");
  CHECK(error_of(temp / "broken.gguf").message.find("link") != std::string::npos);
  temp.link("loop.gguf", "loop.gguf");
  CHECK(error_of(temp / "loop.gguf").kind == ErrorKind::io);
  CHECK(error_of("").kind == ErrorKind::not_found);
  CHECK(error_of(temp / "my models/Größe 8B.gguf/x").kind == ErrorKind::not_found);
  REQUIRE(::mkfifo((temp / "pipe.gguf").c_str(), 0600) == 0);
  CHECK(error_of(temp / "pipe.gguf").message.find("pipe") != std::string::npos);
}

TEST_CASE("texts in the form of a path") {
  for (const char* text : {"/a", "./a", "../a", "~/a", "~", ".", "..", "a.gguf", "a/", "a.safetensors"}) {
    INFO(text);
    CHECK(looks_like_path(text));
  }
  for (const char* text : {"", "qwen3:8b", "owner/repo", "hf.co/owner/repo", "https://host/a.gguf", "~user/a"}) {
    INFO(text);
    CHECK_FALSE(looks_like_path(text));
  }
}

}  // namespace canirun::store
