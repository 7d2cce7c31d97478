#!/bin/sh
# shellcheck disable=SC2154
# SPDX-License-Identifier: MIT
# What is different on Windows, run under Wine: $1 starts canirun.exe, $2 is the source folder. See .ci/windows.
. "$2/tests/e2e/common.inc"
. "$source_dir/tests/e2e/model_common.inc"
# The same place as Windows names it: Wine shows / as drive Z.
windows_path() { printf 'Z:%s' "$1" | tr / '\\'; }
system=$(WINEDEBUG=-all wine winepath -u 'C:\windows\system32' 2>/dev/null | tr -d '\r')

# A machine by name: nothing of Windows in it but the program.
run 0 --version
out_has "canirun 0"
run 0 check llama-3.1-8b --on "RTX 4090"
out_has "RTX 4090"
run 1 check llama-3.1-405b --on "RTX 4090" --ram 32GiB

# This machine, as Wine has it.
run 0 hw --json
json '"Windows" in d["machine"]["os"] and d["machine"]["devices"][0]["id"] == "cpu"'
json 'd["machine"]["cpu"]["logical_cores"] >= d["machine"]["cpu"]["physical_cores"] > 0'
json 'd["machine"]["pools"][0]["total_bytes"] > d["machine"]["pools"][0]["free_bytes"] > 0'
json 'd["machine"]["storage"]["total_bytes"] >= d["machine"]["storage"]["free_bytes"] > 0'
cp "$scratch/out" "$scratch/machine.json"
run 0 hw
run 0 doctor
run 0 check qwen3:0.6b --machine "$(windows_path "$scratch/machine.json")"
run 2 record -
err_has "hw --json"
run 2 hw --machine "$source_dir/tests/fixtures/machines/laptop-rtx-4090.txt"

# Paths: drives, backslashes, names that are no ASCII, a folder, a name mistyped, a folder where a file should be.
gguf llama-3.1-8b "$scratch/modèles 模型/llama-8b-Q4_K_M.gguf" --type mixture
folder=$(windows_path "$scratch/modèles 模型")
on run 0 check "$folder\\llama-8b-Q4_K_M.gguf" --json
json 'd["model"]["parameter_count"] > 7e9'
on run 0 check "$folder" --json
on run 2 check "$folder\\llama-8b-Q5_K_M.gguf"
one_error
err_has "did you mean"
(cd "$scratch/modèles 模型" && run 0 inspect '.\llama-8b-Q4_K_M.gguf')
run 2 hw --machine "$folder"
# Devices are not opened.
on run 2 check '\\.\PhysicalDrive0'
err_has "a device"

# Own data and its place.
mkdir -p "$scratch/päpers"
cp "$source_dir"/data/models/llama*.json "$scratch/päpers/" 2>/dev/null || cp "$source_dir"/data/models/*.json "$scratch/päpers/"
run 0 --version --data "$(windows_path "$scratch/päpers")"
run 2 --version --data 'Z:\nowhere'

# Bytes go out as they are: no carriage returns, and a reader that leaves is no trouble.
run 0 list --json
if grep -q "$(printf '\r')" "$scratch/out"; then fail "carriage returns in a document"; fi
"$canirun" list | head -1 >"$scratch/out" || fail "a reader that left"
printf '{"id":"1","model":"llama-3.1-8b","on":"RTX 4090"}\r\n{"id":"2","model":"nonsuch"}\n' >"$scratch/requests"
code=0
"$canirun" check --requests - <"$scratch/requests" >"$scratch/out" 2>"$scratch/err" || code=$?
[ "$code" -eq 2 ] || fail "requests ended with $code"
[ "$(wc -l <"$scratch/out")" -eq 2 ] || fail "not one answer a request"

# The network without libcurl's library.
run 2 check hf.co/OWNER/REPO
err_has "libcurl"

# NVIDIA's library, in a process of its own: well, crashing half way, hanging.
if command -v x86_64-w64-mingw32-gcc >/dev/null && [ -d "$system" ]; then
  trap 'rm -rf "$scratch" "$system/nvml.dll"' EXIT
  x86_64-w64-mingw32-gcc -w -shared -static -o "$system/nvml.dll" "$source_dir/tests/fixtures/nvml_stub.c"
  run 0 hw --json
  json 'd["machine"]["devices"][1]["name"] == "NVIDIA GeForce RTX 4090"'
  json 'd["machine"]["devices"][1]["pci_id"] == "10de:2684" and len(d["machine"]["pools"]) == 2'
  CANIRUN_NVML_STUB=crash_late run 0 hw --json
  json 'd["machine"]["devices"][1]["name"] == "NVIDIA GeForce RTX 4090"'
  json 'any("crashed" in note["reason"] or "ended" in note["reason"] for note in d["machine"]["notes"])'
  CANIRUN_NVML_STUB=hang run 0 hw --json
  json 'any("no answer within 3 s" in note["reason"] for note in d["machine"]["notes"])'
fi

# What is the same everywhere.
for name in bad_numbers catalog compare completion exit_no list machine_round_trip model_bad_files \
  model_folder model_inspect model_safetensors model_split no_colour_in_a_pipe on_anchors overview plan \
  profile_file request_echo requests unknown_model unknown_names version; do
  script=$source_dir/tests/e2e/$name.sh
  if [ ! -f "$script" ]; then continue; fi
  if sh "$script" "$canirun" "$source_dir" >"$scratch/log" 2>&1; then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    sed 's/^/          /' "$scratch/log"
    status=1
  fi
done
exit "${status:-0}"
