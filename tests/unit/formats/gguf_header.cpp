// SPDX-License-Identifier: MIT
#include "formats/gguf_header.hpp"

#include <catch2/catch.hpp>

#include "../../support/gguf_bytes.hpp"
#include "../../support/memory_source.hpp"

using namespace canirun;
using namespace canirun::formats;
using namespace canirun::test;

namespace {

Result<GgufHeader> read(const std::string& bytes) {
  MemorySource source(bytes);
  return read_gguf_header(source);
}

std::string error_of(const std::string& bytes) {
  const Result<GgufHeader> header = read(bytes);
  return header ? "no error" : header.error().text();
}
std::string hint_of(const std::string& bytes) {
  const Result<GgufHeader> header = read(bytes);
  return header ? "no error" : header.error().hint;
}

GgufBytes small(std::uint32_t version = 3, bool big_endian = false) {
  GgufBytes file(version, big_endian);
  file.text("general.architecture", "llama").u32("llama.block_count", 2).f32("llama.rope.freq_base", 500000.5F);
  file.counts("llama.attention.head_count_kv", {8, 4}).flags("llama.attention.sliding_window_pattern", {true, false});
  file.texts("general.tags", {"code", "chat"});
  file.tensor("token_embd.weight", {256, 10}, 12).tensor("output_norm.weight", {256}, 0);
  return file;
}

const GgufValue* value_of(const GgufHeader& header, std::string_view key) {
  for (const GgufValue& value : header.metadata) {
    if (value.key == key) return &value;
  }
  return nullptr;
}

void put(std::string& bytes, std::size_t at, std::uint64_t number, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes[at + i] = static_cast<char>(number >> (8 * i) & 0xFF);
}

constexpr std::size_t k_tensor_count_at = 8;
constexpr std::size_t k_entry_count_at = 16;
constexpr std::size_t k_first_key_at = 24;

}  // namespace

TEST_CASE("versions 2 and 3 and both byte orders say the same", "[gguf]") {
  for (const std::uint32_t version : {2U, 3U}) {
    for (const bool big : {false, true}) {
      const GgufBytes file = small(version, big);
      const Result<GgufHeader> header = read(file.header());
      REQUIRE(header);
      CHECK(header->version == version);
      CHECK(header->big_endian == big);
      CHECK(header->data_offset == file.header().size());
      REQUIRE(header->tensors.size() == 2);
      CHECK(header->tensors[0].name == "token_embd.weight");
      CHECK(header->tensors[0].shape == std::vector<std::uint64_t>{256, 10});
      CHECK(header->tensors[0].type == 12);
      CHECK(header->tensors[1].offset == 1440);
      CHECK(value_of(*header, "llama.block_count")->numbers == std::vector<double>{2});
      CHECK(value_of(*header, "llama.rope.freq_base")->numbers == std::vector<double>{500000.5});
      CHECK(value_of(*header, "llama.attention.head_count_kv")->numbers == std::vector<double>{8, 4});
      CHECK(value_of(*header, "llama.attention.sliding_window_pattern")->numbers == std::vector<double>{1, 0});
      CHECK(value_of(*header, "general.tags")->texts == std::vector<std::string>{"code", "chat"});
    }
  }
}

TEST_CASE("some big-endian writers turn the letters round too", "[gguf]") {
  std::string bytes = small(3, true).header();
  bytes.replace(0, 4, "FUGG");
  const Result<GgufHeader> header = read(bytes);
  REQUIRE(header);
  CHECK(header->big_endian);
  CHECK(header->tensors.size() == 2);
}

TEST_CASE("a tokenizer's arrays are counted, jumped over and not kept", "[gguf]") {
  constexpr std::uint32_t k_tokens = 60'000;
  GgufBytes file;
  std::vector<std::string> tokens(k_tokens, "token");
  file.texts("tokenizer.ggml.tokens", tokens).counts("tokenizer.ggml.token_type", std::vector<std::uint32_t>(k_tokens, 1));
  file.text("general.architecture", "llama");
  MemorySource source(file.header());
  const Result<GgufHeader> header = read_gguf_header(source);
  REQUIRE(header);
  const GgufValue* kept = value_of(*header, "tokenizer.ggml.tokens");
  CHECK(kept->count == k_tokens);
  CHECK(kept->texts.empty());
  CHECK(value_of(*header, "tokenizer.ggml.token_type")->numbers.empty());
  CHECK(value_of(*header, "general.architecture")->texts.front() == "llama");

  std::uint64_t asked = 0;
  std::uint64_t before = 0;
  for (const auto& [offset, length] : source.reads) {
    CHECK(offset >= before);
    before = offset;
    asked += length;
  }
  CHECK(asked < file.header().size() - 100'000);  // the 240 kB of token types were not read
}

TEST_CASE("long texts are cut, their length is told", "[gguf]") {
  GgufBytes file;
  file.text("tokenizer.chat_template", std::string(100'000, 'x')).u32("after", 7);
  const Result<GgufHeader> header = read(file.header());
  REQUIRE(header);
  const GgufValue* text = value_of(*header, "tokenizer.chat_template");
  CHECK(text->text_bytes == 100'000);
  CHECK(text->texts.front().size() < 20'000);
  CHECK(value_of(*header, "after")->numbers == std::vector<double>{7});
}

TEST_CASE("many long texts together are kept up to a few megabytes", "[gguf]") {
  GgufBytes file;
  for (int i = 0; i < 1000; ++i) file.text("k" + std::to_string(i), std::string(16'000, 'x'));
  const Result<GgufHeader> header = read(file.header());
  REQUIRE(header);
  std::size_t kept = 0;
  for (const GgufValue& value : header->metadata) kept += value.texts.front().size();
  CHECK(kept > 1'000'000);
  CHECK(kept < 10'000'000);
  CHECK(header->metadata.back().text_bytes == 16'000);
}

TEST_CASE("what is no GGUF is called by its name", "[gguf]") {
  CHECK_THAT(error_of(""), Catch::Contains("an empty file"));
  CHECK_THAT(error_of("GG"), Catch::Contains("the end of the file"));
  CHECK_THAT(error_of("<!DOCTYPE html><html>"), Catch::Contains("a web page"));
  CHECK_THAT(hint_of("<!DOCTYPE html><html>"), Catch::Contains("resolve"));
  CHECK_THAT(error_of(std::string("PK\x03\x04\x14\0", 6)), Catch::Contains("zip"));
  CHECK_THAT(error_of(std::string("\x10\0\0\0\0\0\0\0{\"a\":1}", 15)), Catch::Contains("safetensors"));
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4920739232\n";
  CHECK_THAT(error_of(pointer), Catch::Contains("Git LFS pointer for a file of 4920739232 bytes"));
  CHECK_THAT(hint_of(pointer), Catch::Contains("git lfs pull"));
  CHECK_THAT(error_of("tjgg\x03"), Catch::Contains("old GGML"));
  CHECK_THAT(error_of(std::string(300, '\0')), Catch::Contains("zeros"));
  CHECK_THAT(error_of("Entry not found\nmore"), Catch::Contains("text: \"Entry not found\""));
  CHECK_THAT(error_of("\xff\xfe\x01\x02"), Catch::Contains("other bytes"));
}

TEST_CASE("versions nobody can read are refused with a reason", "[gguf]") {
  CHECK_THAT(error_of(small(1).header()), Catch::Contains("version 1") && Catch::Contains("too old"));
  CHECK_THAT(error_of(small(9).header()), Catch::Contains("byte 4") && Catch::Contains("version 9"));
  CHECK_THAT(error_of(small(0).header()), Catch::Contains("version 0"));
}

TEST_CASE("counts and lengths beyond the file are errors at their byte", "[gguf]") {
  std::string bytes = small().header();
  const std::string good = bytes;
  put(bytes, k_tensor_count_at, 3'000'000'000'000'000'000U, 8);
  CHECK_THAT(error_of(bytes),
             Catch::Contains("byte 8: expected the number of tensors") && Catch::Contains("3000000000000000000"));
  bytes = good;
  put(bytes, k_entry_count_at, 60'000, 8);
  CHECK_THAT(error_of(bytes), Catch::Contains("number of metadata entries"));
  bytes = good;
  put(bytes, k_first_key_at, UINT64_MAX, 8);
  CHECK_THAT(error_of(bytes), Catch::Contains("byte 24: expected the key of metadata entry 1 of 6"));

  const std::string text_type("\x08\0\0\0", 4);
  const std::string huge("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  CHECK_THAT(error_of(GgufBytes().raw("k", text_type + huge).header()), Catch::Contains("the value of k"));
  const std::string array_of_u64("\x09\0\0\0\x0a\0\0\0", 8);
  CHECK_THAT(error_of(GgufBytes().raw("k", array_of_u64 + huge).header()), Catch::Contains("more than can follow"));
  const std::string wraps("\0\0\0\0\0\0\0\x20", 8);  // times 8 bytes is 0 in 64 bits
  CHECK_THAT(error_of(GgufBytes().raw("k", array_of_u64 + wraps).header()), Catch::Contains("more than can follow"));
}

TEST_CASE("the same holds where the length of the file is not known", "[gguf]") {
  std::string bytes = small().header();
  put(bytes, k_tensor_count_at, 3'000'000'000'000'000'000U, 8);
  MemorySource source(bytes, std::nullopt);
  const Result<GgufHeader> header = read_gguf_header(source);
  REQUIRE(!header);
  CHECK_THAT(header.error().text(), Catch::Contains("expected the number of tensors"));
  MemorySource whole(small().header(), std::nullopt);
  CHECK(read_gguf_header(whole));
}

TEST_CASE("a header cut anywhere is an error, never a crash", "[gguf]") {
  const std::string bytes = small().header();
  const std::size_t last = bytes.find("output_norm.weight") + 18 + 4 + 8 + 4 + 8;
  for (std::size_t length = 0; length < last; ++length) {
    for (const bool known : {true, false}) {
      const std::string part = bytes.substr(0, length);
      MemorySource source(part, known ? std::optional<std::uint64_t>(part.size()) : std::nullopt);
      REQUIRE(!read_gguf_header(source));
    }
  }
  CHECK(read(bytes.substr(0, last)));
}

TEST_CASE("arrays in arrays are passed over, to a depth", "[gguf]") {
  const auto u32 = [](std::uint32_t value) {
    std::string bytes(4, '\0');
    put(bytes, 0, value, 4);
    return bytes;
  };
  const auto u64 = [](std::uint64_t value) {
    std::string bytes(8, '\0');
    put(bytes, 0, value, 8);
    return bytes;
  };
  const std::string two_lists = u32(9) + u32(9) + u64(2) + u32(5) + u64(1) + u32(42) + u32(8) + u64(1) + u64(2) + "ab";
  const Result<GgufHeader> header = read(GgufBytes().raw("lists", two_lists).u32("after", 7).header());
  REQUIRE(header);
  CHECK(value_of(*header, "lists")->count == 2);
  CHECK(value_of(*header, "after")->numbers == std::vector<double>{7});

  std::string deep = u32(9);
  for (int i = 0; i < 100'000; ++i) deep += u32(9) + u64(1);
  CHECK_THAT(error_of(GgufBytes().raw("deep", deep).header()), Catch::Contains("too many levels"));
}

TEST_CASE("names twice, types and shapes that cannot be", "[gguf]") {
  CHECK_THAT(error_of(GgufBytes().u32("a", 1).u32("a", 2).header()), Catch::Contains("\"a\" a second time"));
  CHECK_THAT(error_of(GgufBytes().tensor("t", {32}).tensor("t", {32}).header()), Catch::Contains("\"t\" a second time"));
  CHECK_THAT(error_of(GgufBytes().raw("k", std::string("\x63\0\0\0", 4)).header()), Catch::Contains("value type 99"));
  CHECK_THAT(error_of(GgufBytes().u32("", 1).header()), Catch::Contains("an empty string"));
  CHECK_THAT(error_of(GgufBytes().tensor("t", {32, 0}).header()), Catch::Contains("a length of 0"));
  CHECK_THAT(error_of(GgufBytes().tensor("t", {1, 1, 1, 1, 1}).header()), Catch::Contains("5 dimensions"));
  CHECK_THAT(error_of(GgufBytes().tensor("t", {4'000'000'000, 4'000'000'000, 4'000'000'000}).header()),
             Catch::Contains("more elements than any tensor has"));
  CHECK_THAT(error_of(GgufBytes().tensor("t", {1ULL << 40U}).header()), Catch::Contains("more elements"));
  CHECK_THAT(error_of(GgufBytes().tensor(std::string(5000, 'n'), {32}).header()), Catch::Contains("a string of 5000 bytes"));
  CHECK_THAT(error_of(GgufBytes().u32("general.alignment", 24).header()), Catch::Contains("a power of two"));
  CHECK_THAT(error_of(GgufBytes().u32("general.alignment", 0).header()), Catch::Contains("a power of two"));
  CHECK_THAT(error_of(GgufBytes().text("general.alignment", "32").header()), Catch::Contains("a power of two"));
}

TEST_CASE("alignment moves the data", "[gguf]") {
  const Result<GgufHeader> header = read(GgufBytes().u32("general.alignment", 4096).tensor("t", {32}).header());
  REQUIRE(header);
  CHECK(header->alignment == 4096);
  CHECK(header->data_offset == 4096);
}

TEST_CASE("numbers that JSON cannot hold are not kept", "[gguf]") {
  const std::string not_a_number("\x06\0\0\0\0\0\xc0\x7f", 8);
  const Result<GgufHeader> header = read(GgufBytes().raw("nan", not_a_number).header());
  REQUIRE(header);
  CHECK(value_of(*header, "nan")->numbers.empty());
}

TEST_CASE("an error of the source is passed on", "[gguf]") {
  class Broken final : public ByteSource {
   public:
    Result<std::size_t> read(std::uint64_t, std::span<std::byte>) override {
      return fail(ErrorKind::io, "the disk is gone");
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return 1000; }
    [[nodiscard]] const std::string& name() const override { return name_; }

   private:
    std::string name_ = "x.gguf";
  } broken;
  const Result<GgufHeader> header = read_gguf_header(broken);
  REQUIRE(!header);
  CHECK(header.error().kind == ErrorKind::io);
  CHECK(header.error().text() == "x.gguf: the disk is gone");
}

TEST_CASE("the file's name is told without folders and without what follows an address", "[gguf]") {
  const auto name_in = [](const std::string& where) {
    MemorySource source(small().header(), small().size(), where);
    return read_gguf_header(source)->name;
  };
  CHECK(name_in("/models/a b.gguf") == "a b.gguf");
  CHECK(name_in("C:\\models\\a.gguf") == "a.gguf");
  CHECK(name_in("a.gguf") == "a.gguf");
  CHECK(name_in("https://host.example/o/r/resolve/main/a.gguf?download=true") == "a.gguf");
}
