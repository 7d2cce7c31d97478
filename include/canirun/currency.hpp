// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace canirun {

/// The currency amounts are given and shown in. Everything is counted in USD; the rate is the user's, none is looked up.
struct Currency {
  std::string code = "USD";  ///< ISO 4217
  double per_usd = 1;        ///< how much of it one USD buys
};

/// What stands before an amount: "$", "€" is not plain text everywhere, so every other currency is named ("EUR 12").
inline std::string sign_of(const Currency& currency) { return currency.code == "USD" ? "$" : currency.code + " "; }

}  // namespace canirun
