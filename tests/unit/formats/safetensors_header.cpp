// SPDX-License-Identifier: MIT
#include "formats/safetensors_header.hpp"

#include <catch2/catch.hpp>

#include "../../support/memory_source.hpp"
#include "../../support/safetensors_bytes.hpp"
#include "formats/safetensors_index.hpp"

using namespace canirun;
using namespace canirun::formats;
using Catch::Matchers::Contains;

namespace {

Result<SafetensorsHeader> read(const std::string& bytes, std::optional<std::uint64_t> size) {
  test::MemorySource source(bytes, size, "folder/model.safetensors");
  return read_safetensors_header(source);
}
Result<SafetensorsHeader> read_json(std::string_view json, std::uint64_t data_bytes) {
  return read(test::safetensors_file(json), 8 + json.size() + data_bytes);
}
std::string error_of(const Result<SafetensorsHeader>& header) { return header ? "no error" : header.error().text(); }

}  // namespace

TEST_CASE("A safetensors header: tensors in the order of their data, metadata, offsets") {
  const auto header =
      read_json(R"({"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]},)"
                R"("a\u00e9\n":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   )",
                16);
  REQUIRE(header);
  CHECK(header->name == "model.safetensors");
  REQUIRE(header->tensors.size() == 2);
  CHECK(header->tensors[0].name == "a\xC3\xA9\n");
  CHECK(header->tensors[0].shape.empty());
  CHECK(header->tensors[1].shape == std::vector<std::uint64_t>{2, 3});
  CHECK(header->tensors[1].end_offset == 16);
  CHECK(header->metadata == std::vector<std::pair<std::string, std::string>>{{"format", "pt"}});
}

TEST_CASE("A claimed length is checked before memory is taken") {
  std::string bytes(8, '\0');
  bytes[7] = static_cast<char>(0x80);  // 2^63
  CHECK_THAT(error_of(read(bytes + "{}", std::nullopt)), Contains("byte 0") && Contains("9223372036854775808"));
  CHECK_THAT(error_of(read(bytes + "{}", 10)), Contains("byte 0"));
  bytes[7] = 0;
  bytes[3] = 5;  // 80 MiB that a server of unknown length does not have
  CHECK_THAT(error_of(read(bytes + "{}", std::nullopt)), Contains("end of the file"));
  CHECK_THAT(error_of(read("abc", 3)), Contains("end of the file"));
  CHECK_THAT(error_of(read("", 0)), Contains("end of the file"));
  CHECK_THAT(error_of(read("GGUF\x03\x01\x02\x03 and more", 20)), Contains("GGUF"));
  CHECK_THAT(error_of(read("<!DOCTYPE html>", 15)), Contains("web page"));
}

TEST_CASE("What is wrong in a header is named with its byte") {
  struct Case {
    std::string json, message;
  };
  const std::string deep = std::string(100000, '[');
  for (
      const Case& c : {
          Case{R"([1])", "byte 8: expected '{'"},
          Case{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "expected 8 bytes"},
          Case{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "end after it begins"},
          Case{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "expected its data from offset 0"},
          Case{R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", "cut off"},
          Case{
              R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
              "again"},
          Case{
              R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
              "expected its data from offset 4"},
          Case{R"({"a":{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,4]}})", "64 bits"},
          Case{R"({"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}})", "64 bits"},
          Case{R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "whole number"},
          Case{R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", "whole number"},
          Case{R"({"a":{"shape":[1],"data_offsets":[0,4]}})", "expected dtype"},
          Case{R"({"a":)" + deep, "byte "},
          Case{R"({"a":{"x":)" + deep, "nested"},
          Case{R"({"a":{"dtype":"F32)", "end of a string"},
          Case{R"({} x)", "nothing more"},
      }) {
    INFO(c.json.substr(0, 80));
    CHECK_THAT(error_of(read_json(c.json, 8)), Contains(c.message) && Contains("folder/model.safetensors"));
  }
}

TEST_CASE("A dtype nobody knows leaves the rest readable") {
  const auto header = read_json(R"({"a":{"dtype":"F3","shape":[7],"data_offsets":[0,3]}})", 3);
  REQUIRE(header);
  CHECK(header->tensors[0].dtype == "F3");
}

TEST_CASE("The index names each file once, and none outside its folder") {
  const auto index = parse_safetensors_index(
      R"({"metadata":{"total_size":42},"weight_map":{"a":"m-2.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"}})");
  REQUIRE(index);
  CHECK(index->files == std::vector<std::string>{"m-1.safetensors", "m-2.safetensors"});
  CHECK(index->total_bytes == 42U);
  for (const char* bad : {R"({"weight_map":{"a":"../x"}})", R"({"weight_map":{"a":"/etc/x"}})", R"({"weight_map":{"a":7}})",
                          R"({"weight_map":{}})", R"({})", "[", R"([1])"}) {
    INFO(bad);
    CHECK_FALSE(parse_safetensors_index(bad));
  }
  CHECK_FALSE(parse_safetensors_index(std::string(100000, '[')));
}
