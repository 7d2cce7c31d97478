// SPDX-License-Identifier: MIT
// Where tensors can lie, parts of split files, downloads that stopped.
#include "gguf_models.hpp"

using namespace canirun;
using namespace canirun::formats;
using namespace canirun::test;

namespace {

Result<ModelFile> with_length(const GgufBytes& file, std::optional<std::uint64_t> length) {
  MemorySource source(file.header(), length);
  Result<GgufHeader> header = read_gguf_header(source);
  REQUIRE(header);
  return model_from_gguf({*std::move(header)});
}

GgufBytes part_of(std::uint32_t number, std::uint32_t count, std::uint32_t tensors) {
  GgufBytes file = number == 0 ? transformer("llama", 2, 64, 4, 2) : GgufBytes();
  if (number == 0) file.tensor("token_embd.weight", {64, 100});
  file.u32("split.no", number).u32("split.count", count).u32("split.tensors.count", tensors);
  if (number > 0) add_plain_block(file, number - 1, 64, 64, 32, 128);
  return file;
}

std::string parts_error(const std::vector<GgufBytes>& files) {
  std::vector<GgufHeader> headers;
  for (const GgufBytes& file : files) headers.push_back(*header_of(file, "part.gguf"));
  const Result<ModelFile> model = model_from_gguf(headers);
  return model ? "no error" : model.error().text();
}

}  // namespace

TEST_CASE("a download that stopped is recognised, one of unknown length is not blamed", "[gguf]") {
  const GgufBytes file = llama_3_1_8b_file();
  CHECK(with_length(file, file.size()));
  CHECK(with_length(file, std::nullopt));
  const Result<ModelFile> cut = with_length(file, 12'000'000'000);
  REQUIRE(!cut);
  CHECK_THAT(cut.error().text(), Catch::Contains("the file holds 12.0 of 16.1 GB"));
  CHECK_THAT(cut.error().hint, Catch::Contains("download stopped"));
  CHECK(!with_length(file, file.size() - 1));
  const GgufBytes small = two_blocks("llama");
  CHECK_THAT(with_length(small, small.header().size()).error().text(), Catch::Contains("bytes: tensor \"blk.1.ffn_down"));
}

TEST_CASE("tensors lie one after the other, aligned, within the file", "[gguf]") {
  const auto error = [](std::uint64_t offset) {
    GgufBytes file = transformer("llama", 1, 64, 4, 2);
    file.tensor("token_embd.weight", {64, 100}).tensor_at("output.weight", {64, 100}, 1, offset);
    return with_length(file, std::nullopt).error().text();
  };
  CHECK_THAT(error(12'801), Catch::Contains("that 32 divides, found 12801"));
  CHECK_THAT(error(0), Catch::Contains("found \"output.weight\" on \"token_embd.weight\"") ||
                           Catch::Contains("found \"token_embd.weight\" on \"output.weight\""));
  CHECK_THAT(error(12'768), Catch::Contains("on \"token_embd.weight\""));
  CHECK_THAT(error(1ULL << 50U), Catch::Contains("expected it to end by byte"));
  CHECK_THAT(error(UINT64_MAX - 31), Catch::Contains("within the file") || Catch::Contains("size that a file can have"));
}

TEST_CASE("rows are whole blocks", "[gguf]") {
  GgufBytes file = transformer("llama", 1, 64, 4, 2);
  file.tensor_at("token_embd.weight", {100, 64}, 12, 0);
  CHECK_THAT(model_error(file), Catch::Contains("whole blocks of 256 for type Q4_K, found 100 x 64"));
}

TEST_CASE("parts of a split file become one model", "[gguf]") {
  const std::vector<GgufBytes> files = {part_of(0, 3, 19), part_of(1, 3, 19), part_of(2, 3, 19)};
  std::vector<GgufHeader> headers;
  for (const GgufBytes& file : files) headers.push_back(*header_of(file));
  headers[0].name = "Tiny-Q8_0-00001-of-00003.gguf";
  const Result<ModelFile> model = model_from_gguf(headers);
  REQUIRE(model);
  CHECK(model->spec.id == "tiny-q8_0");
  CHECK(model->parts.size() == 3);
  CHECK(model->tensors.size() == 19);
  CHECK(model->tensors.back().part == 2);
  CHECK(model->spec.layers.size() == 2);

  CHECK_THAT(parts_error({files[0], files[2], files[1]}), Catch::Contains("expected part 2, found part 3 of 3"));
  CHECK_THAT(parts_error({files[1]}), Catch::Contains("expected part 1, found part 2 of 3"));
  CHECK_THAT(parts_error({files[0]}), Catch::Contains("it is part 1 of 3; only 1 there"));
  CHECK_THAT(parts_error({files[0], files[1]}), Catch::Contains("only 2 there"));
  CHECK_THAT(parts_error({part_of(0, 3, 20), files[1], files[2]}),
             Catch::Contains("expected 20 tensors in all parts, found 19"));
  CHECK_THAT(parts_error(
                 {part_of(0, 2, 2), GgufBytes().u32("split.no", 1).u32("split.count", 2).tensor("token_embd.weight", {64})}),
             Catch::Contains("found \"token_embd.weight\" again"));
}

TEST_CASE("no parts at all is an error of the caller", "[gguf]") {
  const Result<ModelFile> model = model_from_gguf({});
  REQUIRE(!model);
  CHECK(model.error().kind == ErrorKind::internal);
}
