// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/curl_errors.hpp"
#include "net/curl_library.hpp"
#include "net/curl_transport.hpp"

namespace canirun::net {

/// What an error page may take; nobody reads on.
inline constexpr std::uint64_t k_most_error_bytes = 64U << 10U;
inline constexpr std::size_t k_most_header_bytes = 256U << 10U;

/// Without white space at its ends.
std::string_view trimmed(std::string_view text);
/// "HTTP/1.1 404 Not Found" -> 404; 0 when there is no number.
int status_in(std::string_view line);

/// How long an exchange may take.
struct CurlLimits {
  double total_s = 0;
  double stall_s = 0;  ///< without a byte
};

/// One handle of libcurl: the library opened and the handle made when first needed, connections kept between exchanges.
class CurlSession {
 public:
  CurlSession() = default;
  ~CurlSession();
  CurlSession(const CurlSession&) = delete;
  CurlSession& operator=(const CurlSession&) = delete;

  /// Errors: libcurl is missing or does not start.
  Result<void> prepare();

  /// Everything of the exchange before goes; trust, limits, address and headers of the next are set. A header line that
  /// hides a second one is left out.
  void begin(const std::string& url, const std::vector<std::string>& headers, const CurlLimits& limits,
             const CurlOptions& options);
  template <class T>
  void set(CURLoption option, T value) {
    curl_->easy_setopt(handle_, option, value);
  }
  /// Called with each header line and each piece of the body; false ends the exchange. `incoming` has take_header and
  /// take_body.
  template <class Incoming>
  CURLcode perform(Incoming& incoming) {
    set(CURLOPT_HEADERFUNCTION, &on_header<Incoming>);
    set(CURLOPT_HEADERDATA, &incoming);
    set(CURLOPT_WRITEFUNCTION, &on_body<Incoming>);
    set(CURLOPT_WRITEDATA, &incoming);
    return finish();
  }
  /// What is known after perform() failed.
  CurlFailure failure(CURLcode code, std::string host);

 private:
  template <class Incoming>
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
    return static_cast<Incoming*>(user)->take_header({data, size * count}) ? size * count : 0;
  }
  template <class Incoming>
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
    return static_cast<Incoming*>(user)->take_body({data, size * count}) ? size * count : 0;
  }
  CURLcode finish();

  const CurlLibrary* curl_ = nullptr;
  CURL* handle_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> words_{};
};

}  // namespace canirun::net
