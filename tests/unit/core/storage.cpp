// SPDX-License-Identifier: MIT
#include <canirun/storage.hpp>
#include <catch2/catch.hpp>

using namespace canirun;

namespace {
Machine with_storage(std::uint64_t free_bytes, std::optional<double> rate) {
  Machine machine;
  machine.storage = StorageFacts{.place = "~/.cache/huggingface",
                                 .filesystem = "ext4",
                                 .drive = DriveKind::ssd,
                                 .total_bytes = 500'000'000'000,
                                 .free_bytes = free_bytes,
                                 .read_bytes_per_s = rate};
  return machine;
}
}  // namespace

TEST_CASE("a file fits its drive, or what is missing is said") {
  const auto fits = storage_fit(with_storage(20'000'000'000, 0.5e9), 18'600'000'000);
  REQUIRE(fits);
  CHECK(fits->fits());
  CHECK(fits->place == "~/.cache/huggingface");
  CHECK(fits->read_s == Approx(37.2));
  CHECK(fits->read_basis == Basis::assumed);

  const auto full = storage_fit(with_storage(12'000'000'000, 0.5e9), 18'600'000'000);
  REQUIRE(full);
  CHECK_FALSE(full->fits());
  CHECK(full->missing_bytes == 6'600'000'000U);
  CHECK(full->free_bytes == 12'000'000'000U);

  CHECK(storage_fit(with_storage(12, {}), 12)->fits());
  CHECK_FALSE(storage_fit(with_storage(12, {}), 13)->fits());
}

TEST_CASE("what is there already takes no room, and is read all the same") {
  const auto half = storage_fit(with_storage(12'000'000'000, 0.5e9), 18'600'000'000, 10'000'000'000);
  REQUIRE(half);
  CHECK(half->fits());
  CHECK(half->read_s == Approx(37.2));
  CHECK(storage_fit(with_storage(0, {}), 5, 50)->fits());
}

TEST_CASE("nothing is said about a drive that nobody knows") {
  CHECK_FALSE(storage_fit(Machine{}, 1));
  CHECK_FALSE(storage_fit(with_storage(100, {}), 1)->read_s);
  CHECK_FALSE(storage_fit(with_storage(100, 0), 1)->read_s);
}
