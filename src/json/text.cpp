// SPDX-License-Identifier: MIT
#include "json/text.hpp"

#include <nlohmann/json.hpp>
#include <optional>

namespace canirun::json {
namespace {
/// Errors shown at once; the rest is counted.
constexpr std::size_t k_most_errors = 5;
/// Nothing that is read here is nested deeper; each level of a tree costs many times the byte that opens it.
constexpr std::size_t k_deepest = 256;

/// The byte where JSON is nested deeper than allowed, if it is.
std::optional<std::size_t> too_deep_at(std::string_view text) {
  std::size_t depth = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside) {
      if (c == '\\') ++i;
      if (c == '"') inside = false;
    } else if (c == '"') {
      inside = true;
    } else if (c == '[' || c == '{') {
      if (++depth > k_deepest) return i;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return std::nullopt;
}
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
  if (const auto at = too_deep_at(text)) {
    return fail(ErrorKind::malformed, "byte " + std::to_string(*at) + ": expected JSON of at most " +
                                          std::to_string(k_deepest) + " levels, found more");
  }
  try {
    return Parsed(std::make_unique<nlohmann::json>(nlohmann::json::parse(text)));
  } catch (const nlohmann::json::parse_error& problem) {
    return fail(ErrorKind::malformed, "not valid JSON at byte " + std::to_string(problem.byte));
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorKind::malformed, "not valid JSON: a number is out of range");
  }
}

Draft::Draft() : root_(std::make_unique<nlohmann::ordered_json>()) {}
Draft::~Draft() = default;
std::string Draft::text() const { return root_->dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"; }

std::string quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
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
