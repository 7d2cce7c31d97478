// SPDX-License-Identifier: MIT
#include "catalog/catalog.hpp"

#include <algorithm>
#include <canirun/assess.hpp>
#include <canirun/units.hpp>
#include <cmath>
#include <limits>

#include "catalog/lookup.hpp"
#include "catalog/store.hpp"
#include "catalog/words.hpp"

namespace canirun::catalog {

struct Catalog::State {
  explicit State(Blob blob) : store(std::move(blob)) {}

  Store store;
  std::vector<Error> problems;
  std::optional<Books> books;  ///< filled on first use
  std::vector<FetchedPrices> fetched;
  FetchedIndex fetched_index;

  /// A built-in price with what lists said of it since; a user's own record stays as it is.
  void bring_up_to_date(ApiPrice& record) const {
    if (!fetched.empty() && !store.is_overlaid<ApiPrice>(record.id)) fetched_index.apply(record);
  }
};

Catalog::Catalog(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalog::~Catalog() = default;
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;

Catalog Catalog::from_blob(std::string_view bytes, std::span<const std::filesystem::path> overlays) {
  Result<Blob> blob = Blob::open(bytes);
  auto state = std::make_unique<State>(blob ? *std::move(blob) : Blob());
  if (!blob) state->problems.push_back(std::move(blob).error());
  for (const std::filesystem::path& folder : overlays) {
    DataSet data;
    read_data_folder(folder, data, state->problems);
    state->store.add_overlay(std::move(data));
  }
  state->fetched = state->store.all<FetchedPrices>();
  state->fetched_index = FetchedIndex(state->fetched);
  return Catalog(std::move(state));
}

namespace {

template <class T>
std::vector<std::string> suggest(const Store& store, std::string_view name) {
  Suggestions suggestions(fold(name));
  store.for_each_name<T>([&](std::string_view folded, std::string_view id) { suggestions.consider(folded, id); });
  return suggestions.best();
}

/// The record with this id, else the first that has this name.
template <class T>
std::optional<T> first_named(const Store& store, std::string_view name) {
  const std::string folded = fold(name);
  std::vector<T> found = store.find<T>(folded);
  if (found.empty()) return std::nullopt;
  const auto by_id = std::find_if(found.begin(), found.end(), [&](const T& record) { return fold(record.id) == folded; });
  return std::move(by_id == found.end() ? found.front() : *by_id);
}

/// The one record with this name, or not_found with suggestions.
template <class T>
Result<T> find_one(const Store& store, std::string_view what, std::string_view name, std::string otherwise) {
  if (std::optional<T> found = first_named<T>(store, name)) return *std::move(found);
  return not_found(what, name, suggest<T>(store, name), std::move(otherwise));
}

/// A bare Ollama family ("llama3.1") means the size next to 8 billion parameters, as Ollama's default tag nearly always
/// does; where it does not, the record has the bare name as an alias, and that is found first.
std::optional<ModelRecord> family_default(const Store& store, std::string_view folded) {
  constexpr double k_usual_size = 8e9;
  std::optional<ModelRecord> best;
  for (ModelRecord& record : store.all<ModelRecord>()) {
    const std::size_t colon = record.spec.ollama_tag.find(':');
    if (colon == std::string::npos || fold(record.spec.ollama_tag.substr(0, colon)) != folded) continue;
    const auto off = [](const ModelRecord& r) {
      return std::abs(static_cast<double>(r.spec.parameter_count) - k_usual_size);
    };
    if (!best || off(record) < off(*best)) best = std::move(record);
  }
  return best;
}

/// Of devices that share a name or PCI id, the one sold with a memory of this size: the nearest size, and no further
/// away than drivers and ECC keep for themselves (up to an eighth).
const DeviceRecord* by_memory(const std::vector<DeviceRecord>& devices, std::uint64_t memory_bytes) {
  const DeviceRecord* best = nullptr;
  double best_off = 0.125;
  for (const DeviceRecord& device : devices) {
    for (const std::uint32_t gib : device.memory_gib) {
      const double off = std::abs(1 - static_cast<double>(memory_bytes) / (gib * static_cast<double>(k_gib)));
      if (off < best_off) {
        best_off = off;
        best = &device;
      }
    }
  }
  return best;
}

/// How many words of its name were left out, if no other model could be told by them.
std::optional<std::size_t> left_out_of(const ModelRecord& record, const std::vector<std::string>& asked) {
  std::vector<std::string> names = record.spec.aliases;
  names.push_back(record.spec.id);
  names.push_back(record.spec.name);
  std::optional<std::size_t> fewest;
  for (const std::string& name : names) {
    const auto left = words_left_out(asked, words_of(name));
    if (!left || !std::all_of(left->begin(), left->end(), may_be_left_out_of_model)) continue;
    fewest = std::min(fewest.value_or(left->size()), left->size());
  }
  return fewest;
}
}  // namespace

Result<ModelSpec> Catalog::model(std::string_view name) const {
  const std::vector<std::string> spellings = model_spellings(name);
  for (const std::string& spelling : spellings) {
    std::vector<ModelRecord> found = state_->store.find<ModelRecord>(spelling);
    if (!found.empty()) return expand(std::move(found.front()));
  }
  for (const std::string& spelling : spellings) {
    if (std::optional<ModelRecord> record = family_default(state_->store, spelling)) return expand(*std::move(record));
  }
  return not_found("model", name, suggest<ModelRecord>(state_->store, spellings.empty() ? name : spellings.back()),
                   "canirun list shows every model");
}

Result<ModelSpec> Catalog::model_meant(std::string_view name) const {
  Result<ModelSpec> exact = model(name);
  if (exact || exact.error().kind != ErrorKind::not_found) return exact;
  constexpr std::size_t k_fewest_words = 2;  // one word is a family
  const std::vector<std::string> asked = words_of(split_model_name(name).name);
  if (asked.size() < k_fewest_words) return exact;
  std::optional<ModelRecord> nearest;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  bool several = false;
  for (ModelRecord& record : state_->store.all<ModelRecord>()) {
    const std::optional<std::size_t> left = left_out_of(record, asked);
    if (!left || *left > fewest) continue;
    several = *left == fewest;
    fewest = *left;
    if (!several) nearest = std::move(record);
  }
  if (!nearest || several) return exact;
  return expand(*std::move(nearest));
}

std::vector<ModelSpec> Catalog::models() const {
  std::vector<ModelSpec> models;
  for (ModelRecord& record : state_->store.all<ModelRecord>()) models.push_back(expand(std::move(record)));
  return models;
}

Result<QuantScheme> Catalog::quant(std::string_view name) const {
  return find_one<QuantScheme>(state_->store, "quant", name, "Q4_K_M is the usual one");
}
std::vector<QuantScheme> Catalog::quants() const { return state_->store.all<QuantScheme>(); }

Result<UsageProfile> Catalog::usage(std::string_view name) const {
  std::string known;
  for (const UsageProfile& profile : usages()) known += (known.empty() ? "one of: " : ", ") + profile.id;
  return find_one<UsageProfile>(state_->store, "profile", name, std::move(known));
}
std::vector<UsageProfile> Catalog::usages() const { return state_->store.all<UsageProfile>(); }

Result<ApiPrice> Catalog::api_price(std::string_view name) const {
  Result<ApiPrice> found =
      find_one<ApiPrice>(state_->store, "API model", name, "write it as provider/model, for example openai/gpt-4o-mini");
  if (found) state_->bring_up_to_date(*found);
  return found;
}

const Books& Catalog::books() const {
  if (state_->books) return *state_->books;
  const Store& store = state_->store;
  Books books;
  books.speeds.architectures = store.all<SpeedConstants>();
  books.speeds.batches = store.all<BatchCosts>();
  books.speeds.drafts = store.all<DraftEvidence>();
  books.capability.benchmarks = store.all<BenchmarkMeaning>();
  for (UsabilityThresholds& thresholds : store.all<UsabilityThresholds>())
    books.capability.usability = std::move(thresholds);
  books.prices.api = store.all<ApiPrice>();
  for (ApiPrice& price : books.prices.api) state_->bring_up_to_date(price);
  books.prices.hardware = store.all<HardwarePrice>();
  books.prices.resale = store.all<ResaleClass>();
  books.prices.rental = store.all<RentalPrice>();
  books.prices.electricity = store.all<ElectricityPrice>();
  books.prices.providers = store.all<ProviderTerms>();
  for (HostDefaults& host : store.all<HostDefaults>()) books.prices.host = std::move(host);
  return state_->books.emplace(std::move(books));
}

std::optional<DeviceRecord> Catalog::device_by_pci(std::string_view pci_id,
                                                   std::optional<std::uint64_t> memory_bytes) const {
  const std::vector<DeviceRecord> found = state_->store.find<DeviceRecord>(fold(pci_id));
  if (found.empty()) return std::nullopt;
  if (found.size() > 1 && memory_bytes) {
    if (const DeviceRecord* sized = by_memory(found, *memory_bytes)) return *sized;
  }
  return found.front();
}

Result<DeviceRecord> Catalog::device(std::string_view name) const {
  if (std::optional<DeviceRecord> found = first_named<DeviceRecord>(state_->store, name)) return *std::move(found);
  return not_found("device", name, devices_like(name, false), "describe it instead: \"vram=24GiB,bandwidth=936GB/s\"");
}

std::vector<std::string> Catalog::devices_like(std::string_view name, bool processors_only) const {
  const auto wanted = [&](const DeviceRecord& record) {
    const bool processor = record.kind == DeviceRecordKind::cpu || record.kind == DeviceRecordKind::platform;
    return processors_only ? processor : record.kind != DeviceRecordKind::memory;
  };
  Suggestions suggestions(fold(name));
  for (const DeviceRecord& record : devices()) {
    if (!wanted(record)) continue;
    for (const SearchName& spelling : folded_names(record.id, record.aliases, derived_names(record))) {
      suggestions.consider(spelling.folded, record.name);
    }
  }
  return suggestions.best();
}

std::vector<DeviceRecord> Catalog::devices_named(std::string_view name) const {
  return state_->store.find<DeviceRecord>(fold(name));
}

std::optional<DeviceRecord> Catalog::device_named(std::string_view name, std::optional<std::uint64_t> memory_bytes) const {
  std::vector<DeviceRecord> found = devices_named(name);
  if (found.empty()) return std::nullopt;
  if (memory_bytes) {
    if (const DeviceRecord* sized = by_memory(found, *memory_bytes)) return *sized;
  }
  return std::move(found.front());
}

std::vector<SpeedRuns> Catalog::reference_speeds() const { return state_->store.all<SpeedRuns>(); }
std::vector<MemoryRuns> Catalog::reference_memory() const { return state_->store.all<MemoryRuns>(); }
std::vector<HeldOut> Catalog::held_out() const { return state_->store.all<HeldOut>(); }

std::vector<DeviceRecord> Catalog::devices() const { return state_->store.all<DeviceRecord>(); }

const std::string& Catalog::date() const { return state_->store.date(); }
const std::vector<Error>& Catalog::problems() const { return state_->problems; }

}  // namespace canirun::catalog
