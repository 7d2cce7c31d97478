// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>

#include "core/speed_lookup.hpp"

namespace canirun {

/// Least share of cores x boost clock x vector width that the products of `canirun bench` reach on a healthy machine
/// (assumed): their tiles keep the multipliers more than 85 % busy, and with all cores at work clocks fall to 70 % of the
/// highest at worst.
inline constexpr double k_least_products_share = 0.6;

/// What the processor's constants, fitted on whole and idle machines, become on this one: products that were measured here
/// bound its rates, and time that the host gave to other guests is missing from all of them.
void settle_processor(DeviceSpeed& speed, const Machine& machine);

}  // namespace canirun
