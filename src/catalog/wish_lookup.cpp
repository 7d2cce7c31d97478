// SPDX-License-Identifier: MIT
// From the names of a wish to records.
#include <algorithm>
#include <canirun/units.hpp>

#include "catalog/facts.hpp"
#include "catalog/lookup.hpp"
#include "catalog/names.hpp"
#include "catalog/wish.hpp"
#include "catalog/wish_parts.hpp"
#include "catalog/words.hpp"

namespace canirun::catalog {
namespace {

/// GPUs before processors, processors before whole platforms and machine types; memory configurations are no device.
std::vector<DeviceRecord> most_wanted(std::vector<DeviceRecord> records) {
  const auto order = [](const DeviceRecord& record) {
    return is_gpu(record) ? 0 : record.kind == DeviceRecordKind::cpu ? 1 : record.kind == DeviceRecordKind::memory ? 3 : 2;
  };
  int best = 3;
  for (const DeviceRecord& record : records) best = std::min(best, order(record));
  records.erase(
      std::remove_if(records.begin(), records.end(), [&](const DeviceRecord& r) { return best == 3 || order(r) != best; }),
      records.end());
  return records;
}

/// "MacBook Pro 16-inch M4 Max" -> "M4 Max": Apple's chips come in several machines, and only they decide.
std::string_view without_mac(std::string_view name) {
  const std::string folded = fold(name);
  if (!folded.starts_with("mac") && !folded.starts_with("imac") && !folded.starts_with("applemac")) return name;
  for (std::size_t at = 0; at + 2 < name.size(); ++at) {
    const bool chip = (name[at + 1] == 'M' || name[at + 1] == 'm') && name[at + 2] >= '1' && name[at + 2] <= '9';
    if ((name[at] == ' ' || name[at] == '(') && chip) return name.substr(at + 1);
  }
  return name;
}

std::vector<DeviceRecord> named(std::string_view name, const Catalog& catalog) {
  std::vector<DeviceRecord> records = most_wanted(catalog.devices_named(name));
  if (!records.empty()) return records;
  if (std::optional<DeviceRecord> cpu = find_cpu(name, catalog)) records.push_back(*std::move(cpu));
  return records;
}

/// Words of the record's name, or of its first alias, that has all these words and no others that tell products apart.
std::vector<std::string> name_meant(const DeviceRecord& record, const std::vector<std::string>& asked) {
  std::vector<std::string> names = record.aliases;
  names.insert(names.begin(), record.name);
  for (const std::string& each : names) {
    std::vector<std::string> words = words_of(each);
    const auto left = words_left_out(asked, words);
    if (left && std::all_of(left->begin(), left->end(), may_be_left_out_of_device)) return words;
  }
  return {};
}

/// "laptop rtx 4070", "mini pc n100", "threadripper 3960x": the only device that has all these words, and no others that
/// tell products apart. Versions of one name count as one.
std::vector<DeviceRecord> meant(std::string_view name, const Catalog& catalog) {
  std::vector<std::string> asked = words_of(name);
  std::erase_if(asked, says_no_device);
  std::replace_if(asked.begin(), asked.end(), [](const std::string& word) { return word == "mobile"; }, "laptop");
  if (asked.empty()) return {};
  std::vector<DeviceRecord> found;
  for (DeviceRecord& record : catalog.devices()) {
    if (!name_meant(record, asked).empty()) found.push_back(std::move(record));
  }
  found = most_wanted(std::move(found));
  const bool one_name = std::all_of(found.begin(), found.end(), [&](const DeviceRecord& record) {
    return name_meant(record, asked) == name_meant(found.front(), asked);
  });
  return one_name ? found : std::vector<DeviceRecord>{};
}

/// What nobody could have found: Macs without their chip have a hint of their own.
Error unknown_device(std::string_view name, Error error) {
  const std::vector<std::string> words = words_of(name);
  const bool is_mac = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "mac" || word == "macbook" || word == "imac";
  });
  if (is_mac) error.hint = "which chip is in it? \"About This Mac\" says so; as in: --on \"M2 16GB\" or \"M4 Max 64GB\"";
  return error;
}

}  // namespace

bool is_sold_with(const DeviceRecord& record, std::uint64_t memory_bytes) {
  return std::any_of(record.memory_gib.begin(), record.memory_gib.end(),
                     [&](std::uint32_t gib) { return gib * k_gib == memory_bytes; });
}

Result<FoundDevice> find_wished(std::string_view name, std::optional<std::uint64_t> memory_bytes, const Catalog& catalog) {
  FoundDevice found;
  name = without_mac(name);
  std::vector<DeviceRecord> records = named(name, catalog);
  if (records.empty()) {
    const SizedName sized = split_size(name);
    if (sized.memory_bytes) {
      records = named(sized.name, catalog);
      memory_bytes = sized.memory_bytes;
      found.memory_bytes = sized.memory_bytes;
    }
  }
  if (records.empty()) {
    Result<DeviceRecord> nothing = catalog.device(split_size(name).name);
    if (nothing)
      return fail(ErrorKind::usage, "\"" + std::string(name) + "\" is memory, not a device", "name a processor or a GPU");
    const SizedName sized = split_size(name);
    records = meant(sized.name, catalog);
    if (records.empty()) return tl::unexpected<Error>(unknown_device(name, std::move(nothing).error()));
    if (sized.memory_bytes) memory_bytes = found.memory_bytes = sized.memory_bytes;
  }
  const auto fits = [&](const DeviceRecord& record) { return memory_bytes && is_sold_with(record, *memory_bytes); };
  const auto at = std::find_if(records.begin(), records.end(), fits);
  found.is_one_of_several = at == records.end() && records.size() > 1;
  found.record = std::move(at == records.end() ? records.front() : *at);
  return found;
}

Result<DeviceRecord> find_wished_cpu(std::string_view name, const Catalog& catalog) {
  if (std::optional<DeviceRecord> record = find_cpu(name, catalog)) return *std::move(record);
  if (!catalog.devices_named(name).empty()) {
    return fail(ErrorKind::usage, "\"" + std::string(name) + "\" is not a processor", "leave out cpu=");
  }
  return not_found("processor", name, catalog.devices_like(name, true), "cpu=generic x86-64 stands for any");
}

}  // namespace canirun::catalog
