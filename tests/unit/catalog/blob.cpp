// SPDX-License-Identifier: MIT
#include "catalog/blob.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "catalog/catalog.hpp"
#include "catalog/data_file.hpp"

using namespace canirun;
using namespace canirun::catalog;

namespace {

constexpr const char* k_devices = R"({"schema": "canirun/devices", "schema_version": 1, "records": [
  {"id": "nvidia/one", "name": "NVIDIA GeForce RTX One", "kind": "gpu", "vendor": "nvidia", "architecture": "ada",
   "aliases": ["Uno"], "pci_ids": ["10de:0001"], "memory_gib": [8, 16], "bandwidth_bytes_per_s": 272.5e9,
   "compute_capability": "8.9", "notes": "first", "unified": false,
   "provenance": {"basis": "published", "source": "a data sheet", "retrieved": "2026-03-04"}},
  {"id": "nvidia/two", "name": "NVIDIA GeForce RTX Two", "kind": "integrated_gpu", "vendor": "nvidia", "unified": true,
   "aliases": ["Uno", "Deux"], "isa": "neon_i8mm",
   "provenance": {"basis": "assumed", "source": "a guess", "retrieved": "2026-02-04"}}]})";

std::string small_blob() {
  DataSet data;
  std::vector<Error> errors;
  read_data_text(k_devices, "devices.json", data, errors);
  REQUIRE(errors.empty());
  BlobBuilder builder;
  for (Loaded<DeviceRecord>& loaded : data.of<DeviceRecord>()) builder.add(loaded.id, loaded.names, loaded.record);
  return builder.finish(data.date);
}

std::string bytes_of(DeviceRecord record) {
  std::string bytes;
  StringPool pool;
  BinaryWriter(bytes, pool).write(record);
  return bytes + pool.bytes();
}

}  // namespace

TEST_CASE("numbers survive the blob's coding") {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128},
                                     std::uint64_t{300}, std::uint64_t{1} << 35U, ~std::uint64_t{0}}) {
    std::string bytes;
    put_varint(bytes, number);
    std::string_view rest = bytes;
    std::uint64_t back = 0;
    REQUIRE(take_varint(rest, back));
    CHECK(back == number);
    CHECK(rest.empty());
    std::string_view cut = std::string_view(bytes).substr(0, bytes.size() - 1);
    CHECK_FALSE(take_varint(cut, back));
  }
  for (std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, INT64_MIN, INT64_MAX}) {
    std::string bytes;
    StringPool pool;
    BinaryWriter(bytes, pool).write(number);
    std::int64_t back = 1;
    BinaryReader reader(bytes, pool.bytes());
    reader.read(back);
    CHECK(back == number);
    CHECK_FALSE(reader.failed());
  }
}

TEST_CASE("records come back from the blob as they went in") {
  const std::string bytes = small_blob();
  const Result<Blob> blob = Blob::open(bytes);
  REQUIRE(blob);
  CHECK(blob->date() == "2026-03-04");
  REQUIRE(blob->count<DeviceRecord>() == 2);
  CHECK(blob->count<QuantScheme>() == 0);
  const std::optional<DeviceRecord> first = blob->record<DeviceRecord>(0);
  REQUIRE(first);
  CHECK(first->id == "nvidia/one");
  CHECK(first->memory_gib == std::vector<std::uint32_t>{8, 16});
  CHECK(first->bandwidth_bytes_per_s == 272.5e9);
  CHECK(first->compute_capability == "8.9");
  CHECK_FALSE(first->fp32_flops_per_s);
  CHECK(first->provenance.basis == Basis::published);
  const std::optional<DeviceRecord> second = blob->record<DeviceRecord>(1);
  REQUIRE(second);
  CHECK(second->isa == CpuIsa::neon_i8mm);
  CHECK(second->unified);
  CHECK_FALSE(blob->record<DeviceRecord>(2));

  DataSet data;
  std::vector<Error> errors;
  read_data_text(k_devices, "devices.json", data, errors);
  CHECK(bytes_of(*first) == bytes_of(data.of<DeviceRecord>()[0].record));
  CHECK(bytes_of(*second) == bytes_of(data.of<DeviceRecord>()[1].record));
}

TEST_CASE("the blob's index finds ids, aliases, PCI ids and short forms") {
  const std::string bytes = small_blob();
  const Result<Blob> blob = Blob::open(bytes);
  REQUIRE(blob);
  using Found = std::vector<std::uint32_t>;
  CHECK(blob->find<DeviceRecord>(fold("nvidia/one")) == Found{0});
  CHECK(blob->find<DeviceRecord>(fold("10DE:0001")) == Found{0});
  CHECK(blob->find<DeviceRecord>(fold("uno")) == Found{0, 1});
  CHECK(blob->find<DeviceRecord>(fold("deux")) == Found{1});
  CHECK(blob->find<DeviceRecord>(fold("RTX One")) == Found{0});
  CHECK(blob->find<DeviceRecord>(fold("rtx")).empty());
  CHECK(blob->find<DeviceRecord>("").empty());
}

TEST_CASE("a blob cut short anywhere is an error") {
  const std::string bytes = small_blob();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(Blob::open(std::string_view(bytes).substr(0, length)));
  }
  const Catalog catalog = Catalog::from_blob(std::string_view(bytes).substr(0, 40), {});
  REQUIRE(catalog.problems().size() == 1);
  CHECK(catalog.problems().front().message.find("damaged") != std::string::npos);
  CHECK(catalog.devices().empty());
  CHECK(catalog.models().empty());
}

TEST_CASE("damaged bytes never crash the reader") {
  const std::string good = small_blob();
  std::mt19937 random(20261125);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same damage every time
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = good;
    const std::size_t changes = 1 + random() % 4;
    for (std::size_t i = 0; i < changes; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    const Result<Blob> blob = Blob::open(bytes);
    if (!blob) continue;
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(blob->count<DeviceRecord>(), 100); ++i) {
      const std::optional<DeviceRecord> record = blob->record<DeviceRecord>(i);
      if (record) CHECK(record->name.size() <= bytes.size());
    }
    CHECK(blob->find<DeviceRecord>("uno").size() <= bytes.size());
  }
}
