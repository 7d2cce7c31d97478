// SPDX-License-Identifier: MIT
// The build's own tool: checks every file of data/ and writes them as one blob (blob.hpp).
//   compile_catalog DATA_DIR OUT
#include <cstdio>
#include <fstream>

#include "catalog/blob.hpp"
#include "catalog/data_file.hpp"

int main(int argc, char** argv) {
  using namespace canirun;
  using namespace canirun::catalog;
  if (argc != 3) {
    std::fputs("usage: compile_catalog DATA_DIR OUT\n", stderr);
    return 2;
  }
  DataSet data;
  std::vector<Error> errors;
  read_data_folder(argv[1], data, errors);
  check_names(data, errors);
  for (const Error& error : errors) std::fprintf(stderr, "%s\n", error.text().c_str());
  if (!errors.empty()) return 1;

  BlobBuilder builder;
  for_each_kind([&]<class K>() {
    for (auto& loaded : data.of<typename K::Record>()) builder.add(loaded.id, loaded.names, loaded.record);
  });
  const std::string blob = builder.finish(data.date);
  std::ofstream out(argv[2], std::ios::binary | std::ios::trunc);
  out.write(blob.data(), static_cast<std::streamsize>(blob.size()));
  out.close();
  if (!out) std::fprintf(stderr, "%s: cannot write\n", argv[2]);
  return out ? 0 : 1;
}
