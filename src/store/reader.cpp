// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <utility>

#include "store/store.hpp"

namespace canirun::store {
namespace {

class LocalReader final : public formats::HeaderReader {
 public:
  explicit LocalReader(std::string folder) : folder_(std::move(folder)) {}

  Result<formats::GgufHeader> gguf(const std::string& file) override {
    const auto source = open(file);
    if (!source) return tl::unexpected<Error>(source.error());
    return formats::read_gguf_header(**source);
  }
  Result<formats::SafetensorsHeader> safetensors(const std::string& file) override {
    const auto source = open(file);
    if (!source) return tl::unexpected<Error>(source.error());
    return formats::read_safetensors_header(**source);
  }
  Result<std::string> text(const std::string& file, std::uint64_t most_bytes) override {
    const auto source = open(file);
    if (!source) return tl::unexpected<Error>(source.error());
    const std::uint64_t bytes = (*source)->size().value_or(0);
    if (bytes > most_bytes) {
      return fail(ErrorKind::malformed, fmt::format("{}: has {} bytes, more than the {} such a file may have",
                                                    (*source)->name(), bytes, most_bytes));
    }
    std::string text(bytes, '\0');
    const Result<std::size_t> got = (*source)->read(0, std::as_writable_bytes(std::span(text)));
    if (!got) return tl::unexpected<Error>(got.error());
    text.resize(*got);
    return text;
  }

 private:
  Result<std::unique_ptr<formats::ByteSource>> open(const std::string& file) const {
    return open_file(folder_.empty() ? file : folder_ + "/" + file);
  }
  std::string folder_;
};

}  // namespace

std::unique_ptr<formats::HeaderReader> reader(const LocalModel& model) {
  return std::make_unique<LocalReader>(model.folder == "/" ? std::string() : model.folder);
}

}  // namespace canirun::store
