// SPDX-License-Identifier: MIT
#include "store/files.hpp"
#include "store/store.hpp"

namespace canirun::store {
namespace {

class FolderReader final : public formats::HeaderReader {
 public:
  explicit FolderReader(std::string folder) : folder_(std::move(folder)) {}

  Result<formats::GgufHeader> gguf(const std::string& file) override {
    return read_with(file, [](formats::ByteSource& source) { return formats::read_gguf_header(source); });
  }
  Result<formats::SafetensorsHeader> safetensors(const std::string& file) override {
    return read_with(file, [](formats::ByteSource& source) { return formats::read_safetensors_header(source); });
  }
  Result<std::string> text(const std::string& file, std::uint64_t most_bytes) override {
    return read_text(joined(folder_, file), most_bytes);
  }

 private:
  template <class Read>
  auto read_with(const std::string& file, Read read) -> decltype(read(std::declval<formats::ByteSource&>())) {
    Result<std::unique_ptr<formats::ByteSource>> source = open_file(joined(folder_, file));
    if (!source) return tl::unexpected<Error>(std::move(source).error());
    return read(**source);
  }

  std::string folder_;
};

}  // namespace

std::unique_ptr<formats::HeaderReader> reader(const LocalModel& model) {
  return std::make_unique<FolderReader>(model.folder);
}

}  // namespace canirun::store
