// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace canirun::net {

/// Where a model named on the command line lies, when it is not in the catalog and not a file here.
enum class Host : std::uint8_t {
  hugging_face,
  model_scope,
  ollama,  ///< a registry that speaks the OCI way
  address  ///< any other http(s) server, one file
};
constexpr auto enum_names(Host) {
  return std::array<std::string_view, 4>{"hugging_face", "model_scope", "ollama", "address"};
}

/// A reference taken apart. Percent-escapes of web addresses are undone.
struct Reference {
  Host host = Host::address;
  std::string owner, repo;  ///< hubs: OWNER/REPO; Ollama: namespace ("library") and name
  std::string revision;     ///< branch, tag or commit; empty: the hub's default
  std::string file;         ///< one file of the repository, with its folders; empty: all of it
  std::string folder;       ///< a folder of it ("tree/main/UD-Q4_K_XL"); empty: all of it
  std::string quant;        ///< after the colon ("Q4_K_M"); empty: not said
  std::string tag;          ///< Ollama: "7b", "latest"
  std::string endpoint;     ///< scheme://host[:port] when the reference names another than the usual one, else empty
  std::string url;          ///< address: the whole of it
  std::string text;         ///< as the user wrote it

  bool operator==(const Reference&) const = default;
};

/// Does this text name a place on the network, by its form? `hf.co/...`, `hf:...`, `huggingface.co/...`, `ms:...`,
/// `modelscope.cn/...`, `ollama:NAME`, `ollama.com/...`, `registry.ollama.ai/...`, `http(s)://...`, and `NAME:TAG`
/// in the form of an Ollama tag; a pasted "ollama run ..." too. "OWNER/REPO" alone is not among them: see below.
bool looks_remote(std::string_view text);

/// "OWNER/REPO" (":QUANT" would make it a tag): `hf:OWNER/REPO` when nothing here has that name. The caller looks first.
bool looks_like_repository(std::string_view text);

/// Takes a reference apart; errors say what is wrong with it and how one looks.
Result<Reference> parse_reference(std::string_view text);

/// The shortest text that means the same, for messages and commands: "hf.co/OWNER/REPO:Q4_K_M".
std::string text_of(const Reference& reference);

}  // namespace canirun::net
