// SPDX-License-Identifier: MIT
// References: an error, or parts that mean the same when written and read again.
#include "net/reference.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/url.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)net::looks_remote(text);
  if (const Result<net::Url> url = net::parse_url(text)) {
    const Result<net::Url> again = net::parse_url(url->text());
    if (!again || !(*again == *url)) std::abort();
    if (net::has_control_character(url->text())) std::abort();
  }
  if (const Result<net::Url> from = net::parse_url("https://example.org/a/b?c")) (void)net::redirect_target(*from, text);
  const Result<net::Reference> reference = net::parse_reference(text);
  if (!reference) return 0;
  const std::string written = net::text_of(*reference);
  Result<net::Reference> again = net::parse_reference(written);
  if (!again) {
    if (written.size() + 8 > net::k_longest_url) return 0;  // escapes and the scheme make it longer
    std::abort();
  }
  again->text = reference->text;
  if (!(*again == *reference)) std::abort();
  // What becomes part of an address or a path leads nowhere else.
  const std::string parts = reference->owner + "/" + reference->repo + "/" + reference->file + "/" + reference->folder + "/";
  if (reference->host != net::Host::address && ("/" + parts).find("/../") != std::string::npos) std::abort();
  return 0;
}
