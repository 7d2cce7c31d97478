// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/currency.hpp>
#include <string>

/// Amounts in the sentences the core writes. Counted in USD, shown in the user's currency; never read back.
namespace canirun {

/// Whole units with grouped thousands: "$2,362".
std::string whole_amount(const Currency& currency, double usd);
/// "$0", "under $0.01", "$12.34", "$1,234".
std::string plain_amount(const Currency& currency, double usd);
/// Two figures however small: comparing "$0.00" with "$0.00" explains nothing.
std::string exact_amount(const Currency& currency, double usd);
/// A count with grouped thousands: "12,567,048".
std::string grouped(double count);

}  // namespace canirun
