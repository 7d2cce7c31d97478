#!/bin/sh
# SPDX-License-Identifier: MIT
# Every document the program writes, and every one of the golden files, is what data/schema/ says: no key more or less.
. "$2/tests/e2e/common.inc"
check="/usr/bin/python3 $source_dir/tests/golden/check_documents.py $source_dir/data/schema"
write() {
  name=$1
  shift
  "$canirun" "$@" --json >"$scratch/$name.json" 2>"$scratch/err" </dev/null || [ $? -le 2 ] || fail "canirun $*"
}
write overview
write overview_on --on "RTX 4090"
write hw hw
write hw_two hw --on "2x RTX 3090"
write fits check llama-3.1-8b --on "RTX 4090"
write apple check llama-3.1-8b --on "M2 Pro 16GB"
write split check gpt-oss-120b --on "RTX 4090" --ram 64GiB --kv-type q8_0 --parallel 2
write too_big check llama-3.3-70b --on "RTX 3060 12GB" --ram 16GiB
write private check llama-3.1-8b --on "RTX 4090" --private --min-tps 10
write vllm check llama-3.1-8b --on "2x RTX 3090" --engine vllm
write variants check qwen3-8b --on "RTX 4090" --ctx 4k,32k
write beside check qwen3-32b --on "RTX 4090" --draft qwen3-0.6b --lora 10MB
write cost cost qwen2.5-coder-7b --on "RTX 4090" --vs gpt-4o-mini
write plan plan gpt-oss-120b --on "RTX 3060 12GB"
write cache cache
write inspect inspect qwen3-8b
write list list coder --on "RTX 4090" --task coding
write doctor doctor
write accuracy accuracy
write unknown check no-such-model-anywhere
printf '%s\n' '{"id": "first", "model": "llama-3.1-8b", "on": "RTX 4090"}' '{"id": "broken", "model": ' '{"id": 3, "model": "gpt-oss-20b", "on": "RTX 3090", "context_tokens": 32768}' \
  '{"id": "key", "model": "llama-3.1-8b", "colour": "red"}' >"$scratch/lines"
write stream check --requests "$scratch/lines"
[ "$(wc -l <"$scratch/stream.json")" -eq 4 ] || fail "four lines asked, $(wc -l <"$scratch/stream.json") answered"
$check "$scratch"/*.json "$source_dir"/tests/golden/expected/*.json >"$scratch/out" || fail "a document is not what its schema says"

# The check itself can fail: a key that no schema knows, and one that is missing.
sed 's/"usability"/"useability"/' "$scratch/fits.json" >"$scratch/changed"
if $check "$scratch/changed" >"$scratch/out"; then fail "a renamed key was not noticed"; fi
