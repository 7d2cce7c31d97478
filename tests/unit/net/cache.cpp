// SPDX-License-Identifier: MIT
#include "net/cache.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "net/header_text.hpp"

using namespace canirun;
using namespace canirun::net;
namespace fs = std::filesystem;

namespace {

/// A folder that is gone afterwards.
struct Folder {
  std::string path;
  Folder() {
    path = (fs::temp_directory_path() / "canirun-cache-XXXXXX").string();
    REQUIRE(mkdtemp(path.data()) != nullptr);
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

fs::path only_file(const std::string& folder) {
  fs::path found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    REQUIRE(found.empty());
    found = entry.path();
  }
  return found;
}

}  // namespace

TEST_CASE("what is kept is found again, by its key only") {
  const Folder folder;
  const Cache cache(folder.path + "/new/canirun");
  CHECK_FALSE(cache.find("a"));
  cache.keep("a", {"\"e\"", "body\nwith lines"});
  const std::optional<Cache::Entry> entry = cache.find("a");
  REQUIRE(entry);
  CHECK(entry->etag == "\"e\"");
  CHECK(entry->body == "body\nwith lines");
  CHECK_FALSE(cache.find("b"));
  cache.keep("a", {"", ""});
  CHECK(cache.find("a")->body.empty());
  CHECK(cache.usage().entries == 1);
  struct stat facts{};
  REQUIRE(stat(cache.folder().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0700U);
  REQUIRE(stat(only_file(cache.folder()).c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0600U);
}

TEST_CASE("damage, and files that are not ours") {
  const Folder folder;
  const Cache cache(folder.path);
  cache.keep("a", {"\"e\"", "a body of some length"});
  const fs::path path = only_file(folder.path);
  std::string text;
  std::getline(std::ifstream(path, std::ios::binary), text, '\0');
  for (const std::string& damaged :
       {text.substr(0, text.size() - 1), text + "x", std::string("canirun cache 1\n"), std::string(),
        "canirun cache 0" + text.substr(15), text.substr(0, 20) + "X" + text.substr(21)}) {
    std::ofstream(path, std::ios::binary) << damaged;
    CHECK_FALSE(cache.find("a"));
  }
  std::ofstream(path, std::ios::binary) << text;
  CHECK(cache.find("a"));

  std::ofstream(folder.path + "/notes.txt") << "mine";
  fs::create_directory(folder.path + "/0123456789abcdef.entry");
  const Result<Cache::Usage> removed = cache.clear();
  REQUIRE(removed);
  CHECK(removed->entries == 1);
  CHECK(fs::exists(folder.path + "/notes.txt"));
  CHECK_FALSE(cache.find("a"));
  CHECK(Cache("").usage().entries == 0);
  CHECK(Cache("/nowhere/at/all").usage().entries == 0);
}

TEST_CASE("a link in the cache's folder is not followed") {
  const Folder folder;
  const Cache cache(folder.path + "/cache");
  cache.keep("a", {"\"e\"", "body"});
  const fs::path path = only_file(cache.folder());
  fs::rename(path, folder.path + "/elsewhere");
  fs::create_symlink(folder.path + "/elsewhere", path);
  CHECK_FALSE(cache.find("a"));
  cache.keep("a", {"\"e\"", "again"});
  CHECK(cache.find("a")->body == "again");
  CHECK(fs::exists(folder.path + "/elsewhere"));
}

TEST_CASE("the oldest go when there is too much") {
  const Folder folder;
  const Cache cache(folder.path);
  const std::string body(7U << 20U, 'x');
  for (int i = 0; i < 9; ++i) cache.keep(std::to_string(i), {"", body});
  // In the order of their use: 1 is the oldest once 0 has been read.
  int age = 20;
  for (const auto& entry : fs::directory_iterator(folder.path))
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(age--));
  REQUIRE(cache.find("0"));
  cache.keep("9", {"", body});
  CHECK(cache.usage().bytes <= 64U << 20U);
  CHECK(cache.find("0"));
  CHECK(cache.find("9"));
  cache.keep("large", {"", std::string(9U << 20U, 'x')});
  CHECK_FALSE(cache.find("large"));
}

TEST_CASE("several writers and readers at once") {
  const Folder folder;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&, writer] {
      const Cache cache(folder.path);
      for (int i = 0; i < 50; ++i) {
        cache.keep("shared", {"", std::string(1000 + static_cast<std::size_t>(writer), static_cast<char>('a' + writer))});
        const std::optional<Cache::Entry> entry = cache.find("shared");
        // Whole entries only: all its letters are the same.
        if (!entry || entry->body.find_first_not_of(entry->body[0]) != std::string::npos) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(Cache(folder.path).usage().entries == 1);
}

TEST_CASE("headers survive being kept as text") {
  formats::GgufHeader header;
  header.name = "x.gguf";
  header.version = 3;
  header.data_offset = 9007199254740993ULL;
  header.file_bytes = 18446744073709551615ULL;
  formats::GgufValue value;
  value.key = "general.name";
  value.type = formats::GgufType::string;
  value.texts = {"tab\tand \xc3\xbc"};
  value.numbers = {0.1, -1e300};
  header.metadata.push_back(value);
  header.tensors.push_back({"blk.0.attn_q.weight", {4096, 4096}, 12, 64});
  const std::optional<formats::GgufHeader> again = gguf_of_text(text_of_header(header));
  REQUIRE(again);
  CHECK(again->data_offset == header.data_offset);
  CHECK(again->file_bytes == header.file_bytes);
  CHECK(again->metadata[0].texts == value.texts);
  CHECK(again->metadata[0].numbers == value.numbers);
  CHECK(again->tensors[0].shape == header.tensors[0].shape);
  CHECK_FALSE(gguf_of_text("{}"));
  CHECK_FALSE(safetensors_of_text("not JSON"));
  header.name = "\xff\xfe";
  CHECK(gguf_of_text(text_of_header(header)));
}
