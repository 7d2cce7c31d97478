// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/currency.hpp>
#include <canirun/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cli/request_checker.hpp"

/// Amounts of money as people type them: "0.30", "$12", "12 EUR", "€9.99".
namespace canirun::cli {

/// In USD. A bare number is in `bare`; dollars are always understood, and so is `known`, whose rate is given. Errors: no
/// number, outside low..high USD, a currency without a rate.
Result<double> parse_amount(std::string_view text, std::string_view what, double low_usd, double high_usd,
                            const Currency& bare, const Currency& known);

/// The currency of --currency and --rate; USD without them. One without the other is an error: no rate is looked up.
Currency currency_asked(RequestChecker& checker, const Request& request);

/// As RequestChecker::number. Flags are in the currency asked for; keys of JSON say USD in their name.
void amount(RequestChecker& checker, const Request& request, const Currency& currency, const std::optional<json::Word>& word,
            KeyName key, double low_usd, double high_usd, std::optional<double>& out);
void amount(RequestChecker& checker, const Request& request, const Currency& currency, const std::optional<json::Word>& word,
            KeyName key, double low_usd, double high_usd, double& out);

}  // namespace canirun::cli
