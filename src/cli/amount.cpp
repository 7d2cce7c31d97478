// SPDX-License-Identifier: MIT
#include "cli/amount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <canirun/units.hpp>
#include <utility>

namespace canirun::cli {
namespace {

constexpr std::size_t k_code_letters = 3;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::string> code_in(std::string_view text) {
  if (text.size() != k_code_letters || !std::all_of(text.begin(), text.end(), is_letter)) return std::nullopt;
  std::string code(text);
  std::transform(code.begin(), code.end(), code.begin(), upper);
  return code;
}

/// Takes the currency off an amount, wherever it stands; nothing when it names none.
std::optional<std::string> take_currency(std::string_view& text) {
  // Signs that mean one currency only.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_signs = {
      {{"US$", "USD"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}}};
  text = trimmed(text);
  for (const auto& [sign, code] : k_signs) {
    if (text.starts_with(sign)) {
      text = trimmed(text.substr(sign.size()));
      return std::string(code);
    }
    if (text.ends_with(sign)) {
      text = trimmed(text.substr(0, text.size() - sign.size()));
      return std::string(code);
    }
  }
  if (text.size() <= k_code_letters) return std::nullopt;
  if (const auto code = code_in(text.substr(0, k_code_letters)); code && !is_letter(text[k_code_letters])) {
    text = trimmed(text.substr(k_code_letters));
    return code;
  }
  const std::size_t at = text.size() - k_code_letters;
  if (const auto code = code_in(text.substr(at)); code && !is_letter(text[at - 1])) {
    text = trimmed(text.substr(0, at));
    return code;
  }
  return std::nullopt;
}

const Currency& bare_currency(const Request& request, const Currency& currency) {
  static const Currency k_usd;
  return request.from == Request::From::flags ? currency : k_usd;
}

}  // namespace

Result<double> parse_amount(std::string_view text, std::string_view what, double low_usd, double high_usd,
                            const Currency& bare, const Currency& known) {
  std::string_view number = text;
  const std::optional<std::string> named = take_currency(number);
  const std::string code = named.value_or(bare.code);
  double per_usd = 1;
  if (code == known.code) {
    per_usd = known.per_usd;
  } else if (code != "USD") {
    return fail(ErrorKind::usage, fmt::format("{}: \"{}\" is in {}, whose rate is not given", what, text, code),
                known.code == "USD" ? fmt::format("--currency {} --rate N, where one USD buys N {}", code, code)
                                    : fmt::format("amounts may be in {} and in USD", known.code));
  }
  const Result<double> amount = parse_number(std::string(number), what, low_usd * per_usd, high_usd * per_usd);
  if (!amount) return amount;
  return *amount / per_usd;
}

Currency currency_asked(RequestChecker& checker, const Request& request) {
  constexpr KeyName k_currency{"money/currency", "currency"}, k_rate{"money/per_usd", "rate"};
  constexpr double k_least = 1e-6, k_most = 1e9;
  Currency currency;
  const MoneyRequest& asked = request.money;
  if (!asked.currency) {
    if (asked.per_usd) checker.reject(k_rate, "is the rate of no currency", "name it, as in: --currency EUR --rate 0.92");
    return currency;
  }
  const std::optional<std::string> code = code_in(*asked.currency);
  if (!code) {
    checker.reject(k_currency, fmt::format("\"{}\" is no currency", *asked.currency), "three letters, such as EUR");
    return currency;
  }
  if (*code != "USD" && !asked.per_usd) {
    checker.reject(k_currency, fmt::format("no rate for {}: prices are in USD, and none is looked up", *code),
                   fmt::format("say how many {} one USD buys, as in: --currency {} --rate 0.92", *code, *code));
    return currency;
  }
  currency.code = *code;
  checker.number(asked.per_usd, k_rate, k_least, k_most, currency.per_usd);
  if (*code == "USD" && currency.per_usd != 1) checker.reject(k_rate, "one USD buys one USD");
  return currency;
}

void amount(RequestChecker& checker, const Request& request, const Currency& currency, const std::optional<json::Word>& word,
            KeyName key, double low_usd, double high_usd, std::optional<double>& out) {
  if (!word || checker.error()) return;
  const Result<double> parsed =
      parse_amount(word->text, checker.name_of(key), low_usd, high_usd, bare_currency(request, currency), currency);
  if (parsed) {
    out = *parsed;
  } else {
    checker.refuse(parsed.error());
  }
}

void amount(RequestChecker& checker, const Request& request, const Currency& currency, const std::optional<json::Word>& word,
            KeyName key, double low_usd, double high_usd, double& out) {
  std::optional<double> value;
  amount(checker, request, currency, word, key, low_usd, high_usd, value);
  if (value) out = *value;
}

}  // namespace canirun::cli
