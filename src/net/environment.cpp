// SPDX-License-Identifier: MIT
// What the network takes from the environment.
#include <cstdlib>
#include <fstream>

#include "net/remote.hpp"
#include "net/system.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string first_set(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string value = variable(name); !value.empty()) return value;
  }
  return {};
}

/// "https://host", from what may lack the scheme or end in a slash.
std::string endpoint_in(const char* name, std::string usual) {
  std::string value = variable(name);
  while (value.ends_with('/')) value.pop_back();
  if (value.empty()) return usual;
  return value.find("://") == std::string::npos ? "https://" + value : value;
}

/// The token in a text; empty when it is none: tokens have no spaces, and become part of a header.
std::string token_in(std::string text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  return text.size() > 512 || has_control_character(text) || text.find(' ') != std::string::npos ? std::string() : text;
}

std::string token_in_file(const std::string& path) {
  std::ifstream file(native_path(path));
  std::string text(1024, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return token_in(text);
}

/// Where the hub's own tools keep it: HF_TOKEN, then the file HF_TOKEN_PATH, then "token" in the hub's folder.
void find_token(NetworkOptions& options, const std::string& caches) {
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    options.hugging_face_token = token_in(variable(name));
    options.token_source = name;
    if (!options.hugging_face_token.empty()) return;
  }
  std::string path = variable("HF_TOKEN_PATH");
  if (path.empty()) {
    const std::string home = variable("HF_HOME");
    if (!home.empty()) {
      path = home + "/token";
    } else if (!caches.empty()) {
      path = caches + "/huggingface/token";
    }
  }
  if (!path.empty()) options.hugging_face_token = token_in_file(path);
  const bool found = !options.hugging_face_token.empty();
  options.token_source = found ? path : "looked for in HF_TOKEN" + (path.empty() ? std::string() : " and " + path);
}

}  // namespace

NetworkOptions network_options_from_environment(std::string_view program_version) {
  NetworkOptions options;
  options.hugging_face_endpoint = endpoint_in("HF_ENDPOINT", options.hugging_face_endpoint);
  options.model_scope_endpoint = endpoint_in("MODELSCOPE_ENDPOINT", options.model_scope_endpoint);
  options.ollama_registry = endpoint_in("OLLAMA_REGISTRY", options.ollama_registry);
  options.ca_file = first_set({"CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"});
  options.ca_folder = variable("SSL_CERT_DIR");
  options.user_agent = "canirun/" + std::string(program_version);

  const CacheFolders caches = cache_folders();
  options.cache_folder = caches.own;
  find_token(options, caches.shared);
  return options;
}

}  // namespace canirun::net
