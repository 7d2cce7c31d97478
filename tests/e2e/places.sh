#!/bin/sh
# SPDX-License-Identifier: MIT
# Files that are not there and addresses that may not be asked: said plainly, exit 2; the catalog helps where it can.
. "$2/tests/e2e/common.inc"
# shellcheck disable=SC2088  # canirun expands it itself
for model in ./model.gguf /models/x.gguf "~/no such folder/x.gguf"; do
  run 2 check "$model" --on "RTX 4090"
  err_has "error: "
done
run 2 check ./model.gguf --json
json 'd["error"]["kind"] == "not_found"'
for model in https://example.com/x.gguf hf.co/nobody/nothing-at-all hf:nobody/nothing-at-all ms:nobody/nothing ollama:nothing:7b; do
  run 2 check "$model" --on "RTX 4090" --offline
  err_has "--offline"
  err_has "hint: "
done
run 2 check hf.co/nobody/nothing-at-all --offline --json
json 'd["error"]["kind"] == "network"'
run 0 check hf.co/meta-llama/Llama-3.1-8B-Instruct --on "RTX 4090" --offline --json
json 'd["model"]["id"] == "llama-3.1-8b" and "catalog" in d["files"]["notes"][0]'
