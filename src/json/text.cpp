// SPDX-License-Identifier: MIT
#include "json/text.hpp"

#include <nlohmann/json.hpp>

namespace canirun::json {
namespace {
/// Errors shown at once; the rest is counted.
constexpr std::size_t k_most_errors = 5;
}  // namespace

Parsed::Parsed(std::unique_ptr<nlohmann::json> root) : root_(std::move(root)) {}
Parsed::~Parsed() = default;
Parsed::Parsed(Parsed&&) noexcept = default;
Parsed& Parsed::operator=(Parsed&&) noexcept = default;

Result<Parsed> Parsed::parse(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return fail(ErrorKind::malformed, "JSON of " + std::to_string(text.size()) + " bytes is more than the " +
                                          std::to_string(max_bytes) + " allowed");
  }
  try {
    return Parsed(std::make_unique<nlohmann::json>(nlohmann::json::parse(text)));
  } catch (const nlohmann::json::parse_error& problem) {
    return fail(ErrorKind::malformed, "not valid JSON at byte " + std::to_string(problem.byte));
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorKind::malformed, "not valid JSON: a number is out of range");
  }
}

Error joined(const std::vector<Error>& errors) {
  Error all{.kind = ErrorKind::malformed, .message = {}, .context = {}, .hint = {}};
  for (std::size_t i = 0; i < errors.size() && i < k_most_errors; ++i) {
    all.message += (i == 0 ? "" : "; ") + errors[i].text();
    if (all.hint.empty()) all.hint = errors[i].hint;
  }
  if (errors.size() > k_most_errors) all.message += "; and " + std::to_string(errors.size() - k_most_errors) + " more";
  return all;
}

}  // namespace canirun::json
