// SPDX-License-Identifier: MIT
// A file that is no GGUF is most often something people meet on the way to one: say which.
#include "formats/gguf_magic.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace canirun::formats {
namespace {

struct Kind {
  std::string_view start;
  std::string_view looks_like;
  std::string_view hint;
};

constexpr std::string_view k_get_the_file = "download the .gguf file itself";
constexpr std::string_view k_too_old = "its format was given up in 2023: get a GGUF file of the model";

constexpr std::array k_kinds{
    Kind{"<", "a web page", "use the address of the file itself (on a hub: .../resolve/..., not .../blob/...)"},
    Kind{"PK\x03\x04", "a zip archive (PyTorch weights are such archives)",
         "a PyTorch checkpoint has to be converted to GGUF first; most models are published as GGUF too"},
    Kind{"\x1f\x8b", "a gzip archive", "unpack it first"},
    Kind{"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it first"},
    Kind{"7z\xbc\xaf", "a 7z archive", "unpack it first"},
    Kind{"\x80\x02", "a Python pickle (old PyTorch weights)", k_get_the_file},
    Kind{"lmgg", "a file in the old GGML format", k_too_old},
    Kind{"fmgg", "a file in the old GGML format", k_too_old},
    Kind{"tjgg", "a file in the old GGML format", k_too_old},
    Kind{"algg", "an adapter in the old GGML format", k_too_old},
    Kind{"{", "JSON text", "name the folder or repository that it belongs to"},
};

/// Bytes that a Git LFS pointer stands for.
std::string lfs_size(std::string_view pointer) {
  constexpr std::string_view k_key = "\nsize ";
  const std::size_t at = pointer.find(k_key);
  if (at == std::string_view::npos) return {};
  const std::string_view digits = pointer.substr(at + k_key.size());
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  return error == std::errc{} ? " for a file of " + std::to_string(size) + " bytes" : std::string{};
}

bool is_safetensors(std::string_view start) {
  return start.size() > 9 && start[8] == '{' && start[7] == 0 && start[6] == 0 && start[5] == 0;
}

bool is_text(std::string_view start) {
  return std::all_of(start.begin(), start.end(),
                     [](char c) { return c == '\n' || c == '\r' || c == '\t' || static_cast<unsigned char>(c) >= 0x20; });
}

tl::unexpected<Error> not_gguf(std::string found, std::string_view hint) {
  return fail(ErrorKind::malformed, "byte 0: expected the letters GGUF, found " + std::move(found), std::string(hint));
}

}  // namespace

Result<void> check_gguf_magic(std::string_view start) {
  if (start.starts_with("GGUF") || start.starts_with("FUGG")) return {};  // the latter by some big-endian writers
  if (start.empty()) return not_gguf("an empty file", "its download did not begin: get it again");
  if (std::string_view("GGUF").starts_with(start))
    return not_gguf("the end of the file", "its download stopped: get it again");
  if (start.starts_with("version https://git-lfs")) {
    return not_gguf("a Git LFS pointer" + lfs_size(start),
                    "the repository was cloned without its large files: run `git lfs pull` in it");
  }
  if (is_safetensors(start)) return not_gguf("a safetensors file", "name its folder, with config.json in it");
  for (const Kind& kind : k_kinds) {
    if (start.starts_with(kind.start)) return not_gguf(std::string(kind.looks_like), kind.hint);
  }
  if (std::all_of(start.begin(), start.end(), [](char c) { return c == 0; })) {
    return not_gguf("zeros", "space was set aside for it, but nothing was written: get it again");
  }
  if (is_text(start)) {
    const std::string_view line = start.substr(0, std::min<std::size_t>(start.find_first_of("\r\n"), 60));
    return not_gguf("text: \"" + std::string(line) + "\"", k_get_the_file);
  }
  return not_gguf("other bytes", k_get_the_file);
}

}  // namespace canirun::formats
