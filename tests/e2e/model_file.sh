#!/bin/sh
# SPDX-License-Identifier: MIT
# One file on disk: both versions and byte orders, any path, and what is no model by itself.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
cd "$scratch" || exit
gguf llama-3.1-8b "$scratch/models/Llama-3.1-8B-Instruct-Q4_K_M.gguf" --type mixture
on run 0 check models/Llama-3.1-8B-Instruct-Q4_K_M.gguf --json
json 'd["model"]["quant"] == "Q4_K_M" and d["model"]["architecture"] == "llama"'
json 'd["model"]["parameter_count"] == 8030261312 and d["model"]["context_limit_tokens"] == 131072'
json 'd["model"]["weights_bytes"] == 4913078528 or 4.8e9 < d["model"]["weights_bytes"] < 5.0e9'
json 'd["placement"]["status"] == "fits" and d["model"]["name"] == "Llama 3.1 8B Instruct"'
cp "$scratch/out" "$scratch/little"
# In words, with what to type: the file itself.
on run 0 check models/Llama-3.1-8B-Instruct-Q4_K_M.gguf
out_has "Llama 3.1 8B Instruct"
out_has "Q4_K_M"
out_has "Llama-3.1-8B-Instruct-Q4_K_M.gguf"

# Version 2, and big endian, say the same.
for variant in "--version 2" "--endian big"; do
  # shellcheck disable=SC2086
  gguf llama-3.1-8b "$scratch/other/Llama-3.1-8B-Instruct-Q4_K_M.gguf" --type mixture $variant
  on run 0 check other/Llama-3.1-8B-Instruct-Q4_K_M.gguf --json
  json 'd["memory"] == json.load(open("'"$scratch/little"'"))["memory"]'
done
run 0 inspect other/Llama-3.1-8B-Instruct-Q4_K_M.gguf --json
json '"big endian" in d["container"]'

# Paths with spaces, other letters, ~, links; from a JSON line too.
mkdir -p "$HOME/my models"
mv models/Llama-3.1-8B-Instruct-Q4_K_M.gguf "$HOME/my models/Größe 8B.gguf"
ln -s "$HOME/my models/Größe 8B.gguf" "$scratch/link.gguf"
# shellcheck disable=SC2088
for path in "my models/Größe 8B.gguf" "./my models/Größe 8B.gguf" "~/my models/Größe 8B.gguf" link.gguf "$scratch/link.gguf"; do
  on run 0 check "$path" --json
  json 'd["memory"] == json.load(open("'"$scratch/little"'"))["memory"]'
done
printf '{"model": "~/my models/Größe 8B.gguf", "on": "RTX 4090", "ram": "64GiB"}\n' >"$scratch/line"
run 0 check --requests "$scratch/line"
json 'd["memory"]["total_bytes"] == json.load(open("'"$scratch/little"'"))["memory"]["total_bytes"]'
# What it says to type can be typed: a path with a space is quoted.
on run 0 check "my models/Größe 8B.gguf" --json
json 'all("Größe 8B.gguf" not in c or "\x27" in c or "\"" in c or "\\ " in c for c in [str(v) for v in d["commands"].values()])'

# No such file: the near ones are named. A folder without models. A file nobody may read.
run 2 check "my models/Groesse 8B.gguf"
one_error
err_has "Größe 8B.gguf"
mkdir "$scratch/nothing"
run 2 check ./nothing
one_error
run 2 check ./nothing/at/all.gguf
one_error

# Something else than a model is said to be that.
gguf lora:llama-3.1-8b "$scratch/adapter.gguf"
gguf mmproj "$scratch/mmproj-model-f16.gguf" --type f16
gguf vocab-only:llama-3.1-8b "$scratch/vocab.gguf"
on run 2 check adapter.gguf
one_error
err_matches "adapter|LoRA"
on run 2 check mmproj-model-f16.gguf
one_error
err_matches "mmproj|image|projector"
on run 2 check vocab.gguf
one_error
err_matches "vocabulary|tokenizer"
run 0 inspect adapter.gguf --json
json 'd["kind"] == "adapter" and d["model"]["adapter_of"]'
run 0 inspect mmproj-model-f16.gguf --json
json 'd["kind"] == "projector"'
run 0 inspect vocab.gguf --json
json 'd["kind"] == "vocabulary" and d["model"]["tokenizer_size"] == 400'

# Not files at all: never waited for.
mkfifo "$scratch/pipe.gguf"
run 2 check pipe.gguf
one_error
ln -s "$scratch/loop2.gguf" "$scratch/loop.gguf"
ln -s "$scratch/loop.gguf" "$scratch/loop2.gguf"
run 2 check loop.gguf
one_error
