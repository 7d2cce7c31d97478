// SPDX-License-Identifier: MIT
#include "catalog/data_file.hpp"

#include <unistd.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "catalog/catalog.hpp"

using namespace canirun;
using namespace canirun::catalog;

namespace {

std::string device(const std::string& id, const std::string& more) {
  return R"({"id": ")" + id + R"(", "name": "N )" + id + R"(", "kind": "gpu", "vendor": "nvidia", )" + more +
         R"("provenance": {"basis": "published", "source": "sheet", "retrieved": "2026-01-02"}})";
}

std::string file_of(const std::string& records) {
  return R"({"schema": "canirun/devices", "schema_version": 1, "records": [)" + records + "]}";
}

std::vector<std::string> errors_in(const std::string& text) {
  DataSet data;
  std::vector<Error> errors;
  read_data_text(text, "f.json", data, errors);
  std::vector<std::string> lines;
  for (const Error& error : errors) lines.push_back(error.text());
  return lines;
}

/// A folder that is gone when the test is over.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("canirun-test-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("every mistake in a data file is named by file and pointer") {
  using Lines = std::vector<std::string>;
  CHECK(errors_in(file_of(device("nvidia/a", ""))).empty());
  CHECK(errors_in("{\n  \"schema\": }") == Lines{"f.json: line 2, column 13: not valid JSON"});
  CHECK(errors_in("[]").size() == 1);
  CHECK(errors_in(R"({"schema": "canirun/devices", "schema_version": 2, "records": []})") ==
        Lines{"f.json: /schema_version: expected 1"});
  CHECK(errors_in(R"({"schema": "canirun/devices", "schema_version": 1, "records": {}})") ==
        Lines{"f.json: /records: expected an array"});
  CHECK(errors_in(R"({"schema": "canirun/devices", "schema_version": 1, "records": [], "more": 1})") ==
        Lines{"f.json: /more: unknown key"});
  const Lines kind = errors_in(R"({"schema": "canirun/toasters", "schema_version": 1, "records": []})");
  REQUIRE(kind.size() == 1);
  CHECK(kind[0].find("f.json: /schema: \"canirun/toasters\" is not one of: canirun/models") == 0);

  CHECK(errors_in(file_of("7")) == Lines{"f.json: /records/0: expected an object"});
  CHECK(errors_in(file_of(device("nvidia/a", R"("tdp_w": "hot", )"))) ==
        Lines{"f.json: /records/0/tdp_w: expected a number"});
  CHECK(errors_in(file_of(device("nvidia/a", R"("colour": 1, )"))) == Lines{"f.json: /records/0/colour: unknown key"});
  CHECK(errors_in(file_of(device("nvidia/a", "") + ", " + device("nvidia/b", R"("memory_gib": [8, -1], )"))) ==
        Lines{"f.json: /records/1/memory_gib/1: expected a whole number from 0 to 4294967295"});
  CHECK(errors_in(file_of(device("--", ""))) == Lines{"f.json: /records/0/id: has no letter or digit"});
  const Lines missing = errors_in(file_of(R"({"name": "x"})"));
  CHECK(std::count(missing.begin(), missing.end(), "f.json: /records/0: missing key \"id\"") == 1);
  CHECK(std::count(missing.begin(), missing.end(), "f.json: /records/0: missing key \"kind\"") == 1);
}

TEST_CASE("records beside a broken one are kept") {
  DataSet data;
  std::vector<Error> errors;
  read_data_text(file_of(device("nvidia/a", "") + ", 7, " + device("nvidia/b", "")), "f.json", data, errors);
  CHECK(errors.size() == 1);
  REQUIRE(data.of<DeviceRecord>().size() == 2);
  CHECK(data.of<DeviceRecord>()[1].id == "nvidia/b");
  CHECK(data.date == "2026-01-02");
}

TEST_CASE("an id is used once; devices may share names") {
  const auto complaints = [](const std::string& records) {
    DataSet data;
    std::vector<Error> errors;
    read_data_text(file_of(records), "f.json", data, errors);
    check_names(data, errors);
    return errors.size();
  };
  CHECK(complaints(device("nvidia/a", "") + ", " + device("nvidia/b", "")) == 0);
  CHECK(complaints(device("nvidia/a", "") + ", " + device("Nvidia-A", "")) == 1);
  CHECK(complaints(device("nvidia/a", R"("aliases": ["same"], )") + ", " + device("nvidia/b", R"("aliases": ["same"], )")) ==
        0);
}

TEST_CASE("overlays replace by id, add, and report what is wrong with them") {
  const Folder folder;
  folder.write("mine.json", file_of(device("nvidia/geforce-rtx-4090", R"("bandwidth_bytes_per_s": 1e9, )") + ", " +
                                    device("me/new", R"("aliases": ["RTX 3060"], "memory_gib": [7], )")));
  folder.write("broken.json", "{");
  folder.write("half.json", file_of(device("me/half", R"("tdp_w": null, "no": 1, )") + ", " + device("me/whole", "")));
  std::filesystem::create_directory(folder.path() / "schema");
  folder.write("schema/ignored.json", "not data");
  const std::vector<std::filesystem::path> folders{folder.path()};
  const Catalog plain = Catalog::embedded();
  const Catalog catalog = Catalog::with_overlays(folders);

  REQUIRE(catalog.problems().size() == 2);
  CHECK(catalog.problems()[0].text().find("broken.json: line 1, column 2: not valid JSON") != std::string::npos);
  CHECK(catalog.problems()[1].text().find("half.json: /records/0/no: unknown key") != std::string::npos);
  CHECK(catalog.devices().size() == plain.devices().size() + 2);

  const Result<DeviceRecord> replaced = catalog.device("nvidia/geforce-rtx-4090");
  REQUIRE(replaced);
  CHECK(replaced->bandwidth_bytes_per_s == 1e9);
  CHECK(replaced->memory_gib.empty());
  CHECK_FALSE(catalog.device_by_pci("10de:2684", std::nullopt));  // the replaced record no longer counts
  CHECK(catalog.device("RTX 3060")->id == "me/new");              // an overlay's name wins
  CHECK(catalog.device("me/whole"));
  CHECK_FALSE(catalog.device("me/half"));
  CHECK(catalog.model("llama-3.1-8b"));
}

TEST_CASE("a folder that cannot be read is a problem, not a crash") {
  const std::vector<std::filesystem::path> folders{"/nonexistent/canirun"};
  const Catalog catalog = Catalog::with_overlays(folders);
  REQUIRE(catalog.problems().size() == 1);
  CHECK(catalog.problems().front().kind == ErrorKind::io);
  CHECK(catalog.model("llama-3.1-8b"));
}
