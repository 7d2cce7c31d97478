// SPDX-License-Identifier: MIT
#include "core/money_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace canirun {
namespace {

constexpr double k_few_figures = 100;

std::string signed_amount(const Currency& currency, double amount, const std::string& digits) {
  return (amount < 0 ? "-" : "") + sign_of(currency) + digits;
}

}  // namespace

std::string grouped(double count) {
  std::string digits = fmt::format("{:.0f}", std::fabs(count));
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return (count <= -0.5 ? "-" : "") + digits;
}

std::string whole_amount(const Currency& currency, double usd) {
  const double amount = usd * currency.per_usd;
  return signed_amount(currency, amount, grouped(std::fabs(amount)));
}

std::string plain_amount(const Currency& currency, double usd) {
  const double amount = usd * currency.per_usd;
  if (amount <= 0) return sign_of(currency) + "0";
  if (amount < 0.01) return "under " + sign_of(currency) + "0.01";
  return amount < k_few_figures ? sign_of(currency) + fmt::format("{:.2f}", amount) : whole_amount(currency, usd);
}

std::string exact_amount(const Currency& currency, double usd) {
  const double amount = usd * currency.per_usd;
  if (amount >= 1000) return whole_amount(currency, usd);
  return signed_amount(currency, amount,
                       amount < 1 ? fmt::format("{:.2g}", std::fabs(amount)) : fmt::format("{:.2f}", amount));
}

}  // namespace canirun
