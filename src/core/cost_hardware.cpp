// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/units.hpp>
#include <cmath>

#include "core/cost_parts.hpp"

namespace canirun::cost {
namespace {

std::uint64_t pool_bytes(const Device& device, const Machine& machine) {
  return device.pool < machine.pools.size() ? machine.pools[device.pool].total_bytes : 0;
}

/// Driver and firmware keep some of what is sold as "64 GB"; twice or half is another product. As log of the ratio.
constexpr double k_same_memory = 0.35;
/// A record that names no size fits any machine, but only after those that do.
constexpr double k_any_memory = 0.5;

/// How far a record's memory is from the machine's; null when it is another product.
std::optional<double> memory_distance(const HardwarePrice& price, std::uint64_t bytes) {
  if (!price.memory_bytes || bytes == 0) return k_any_memory;
  const double distance = std::abs(std::log(static_cast<double>(*price.memory_bytes) / static_cast<double>(bytes)));
  return distance <= k_same_memory ? std::optional<double>(distance) : std::nullopt;
}

Range value_loss(const std::string& resale_class, const CostInputs& inputs, const PriceBook& prices) {
  if (inputs.annual_value_loss) return Range::exactly(*inputs.annual_value_loss);
  for (const ResaleClass& resale : prices.resale) {
    if (resale.id == resale_class) return resale.annual_value_loss;
  }
  return {0.1, 0.22, 0.4};  // a class nobody filed: between the classes on record
}

/// A plain desktop without a GPU costs what HostDefaults say; a server or somebody else's virtual machine does not.
bool is_plain_pc(const Machine& machine) {
  constexpr std::uint32_t k_desktop_cores = 32;
  constexpr std::uint64_t k_desktop_bytes = 160 * k_gib;
  return !machine.cpu.virtualised && machine.cpu.sockets <= 1 && machine.cpu.physical_cores > 0 &&
         machine.cpu.physical_cores <= k_desktop_cores && !machine.pools.empty() &&
         machine.pools[0].total_bytes <= k_desktop_bytes;
}

void add_part(HardwareValue& value, const HardwarePrice& price) {
  const bool use_new = price.new_usd && (!price.used_usd || price.new_usd->typical < price.used_usd->typical);
  const Range& buy = use_new ? *price.new_usd : *price.used_usd;
  const Range& own = price.used_usd ? *price.used_usd : *price.new_usd;
  const std::optional<Provenance>& from = use_new ? price.new_provenance : price.used_provenance;
  value.bought_used = value.bought_used || !use_new;
  value.buy_usd = value.buy_usd + buy;
  value.own_usd = value.own_usd + own;
  value.source = from ? from->source : price.provenance.source;
  value.date = from ? from->retrieved : price.provenance.retrieved;
  value.assumed = value.assumed || (from && from->basis == Basis::assumed);
}

}  // namespace

const HardwarePrice* price_of(const Device& device, const Machine& machine, const PriceBook& prices) {
  if (device.record_id.empty()) return nullptr;
  const HardwarePrice* best = nullptr;
  double best_distance = 0;
  const std::uint64_t bytes = pool_bytes(device, machine);
  for (const HardwarePrice& price : prices.hardware) {
    if (std::find(price.device_records.begin(), price.device_records.end(), device.record_id) == price.device_records.end())
      continue;
    const std::optional<double> distance = memory_distance(price, bytes);
    if (distance && (best == nullptr || *distance < best_distance)) {
      best = &price;
      best_distance = *distance;
    }
  }
  return best;
}

std::optional<HardwareValue> machine_value(const Machine& machine, const CostInputs& inputs, const PriceBook& prices,
                                           std::string& missing) {
  HardwareValue value;
  std::string resale_class = "pc";
  std::uint32_t parts = 0, unpriced = 0;
  std::string unpriced_name;

  for (const Device& device : machine.devices) {
    const HardwarePrice* price = price_of(device, machine, prices);
    const bool has_price = price != nullptr && (price->new_usd || price->used_usd);
    if (price != nullptr && price->whole_system) {
      value = HardwareValue{};
      value.whole_system = true;
      parts = 0;
      unpriced = has_price ? 0 : 1;
      unpriced_name = price->name;
    } else if (device.kind != DeviceKind::discrete_gpu) {
      continue;  // part of the PC
    }
    if (parts == 0 && price != nullptr) {
      value.hardware_id = price->id;
      value.name = price->name;
      resale_class = price->resale_class;
    }
    if (has_price) {
      add_part(value, *price);
      ++parts;
    } else if (!value.whole_system) {
      ++unpriced;
      unpriced_name = device.name;
    }
    if (value.whole_system) break;
  }
  value.count = std::max<std::uint32_t>(1, parts);

  const bool has_gpu = parts + unpriced > 0;
  if (!has_gpu && is_plain_pc(machine)) {
    value.whole_system = true;
    value.assumed = true;
    value.name = "a PC without a GPU";
    value.buy_usd = value.own_usd = prices.host.cost_usd;
    value.source = prices.host.provenance.source;
    value.date = prices.host.provenance.retrieved;
    parts = 1;
  }
  value.annual_value_loss = value_loss(resale_class, inputs, prices);
  if (parts > 0 && unpriced == 0) value.listed_usd = value.buy_usd.typical;
  if (inputs.hardware_price_usd) {
    value.from_user = true;
    value.buy_usd = Range::exactly(*inputs.hardware_price_usd);
    if (parts == 0 || unpriced > 0) value.own_usd = value.buy_usd;
    value.source = "given";
    value.date = inputs.today;
    value.assumed = false;
  } else if (parts == 0 || unpriced > 0) {
    missing = unpriced > 0 ? "no price for " + unpriced_name + " in the data: give the price to compare with buying it"
                           : "no price for this machine in the data: give the price to compare with buying it";
    return std::nullopt;
  }
  if (inputs.host_included && !value.whole_system) value.buy_usd = value.buy_usd + prices.host.cost_usd;
  return value;
}

}  // namespace canirun::cost
