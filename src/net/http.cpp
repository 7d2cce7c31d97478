// SPDX-License-Identifier: MIT
#include "net/http.hpp"

namespace canirun::net {
namespace {

std::string_view find(const std::vector<std::pair<std::string, std::string>>& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

std::string_view HttpResponse::header(std::string_view lower_case_name) const { return find(headers, lower_case_name); }
std::string_view HttpResponse::first_header(std::string_view lower_case_name) const {
  return find(first_headers, lower_case_name);
}

}  // namespace canirun::net
