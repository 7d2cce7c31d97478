#!/bin/sh
# SPDX-License-Identifier: MIT
# A model in several files: any of them stands for all; parts that lack, or do not belong together, are named.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
cd "$scratch" || exit
gguf qwen3-30b-a3b whole/Qwen3-30B-A3B-Q8_0.gguf
gguf qwen3-30b-a3b parts/Qwen3-30B-A3B-Q8_0.gguf --split 8
on run 0 check whole/Qwen3-30B-A3B-Q8_0.gguf --json
cp out whole.json
for place in parts/Qwen3-30B-A3B-Q8_0-00001-of-00008.gguf parts/Qwen3-30B-A3B-Q8_0-00005-of-00008.gguf parts/; do
  on run 0 check "$place" --json
  json 'd["memory"] == json.load(open("whole.json"))["memory"] and d["throughput"] == json.load(open("whole.json"))["throughput"]'
done
run 0 inspect parts --json --tensors
json 'len(d["files"]) == 8 and len({t["file"] for t in d["tensors"]}) == 8'
json 'sum(t["bytes"] for t in d["tensors"]) == d["weights"]["total_bytes"]'
json 'len(d["sets"]) == 1 and d["sets"][0]["missing_parts"] == 0'

# A part that is missing.
mv parts/Qwen3-30B-A3B-Q8_0-00003-of-00008.gguf kept
on run 2 check parts
one_error
err_matches "part|00003|7 of 8|1 of 8"
on run 2 check parts/Qwen3-30B-A3B-Q8_0-00001-of-00008.gguf
one_error
# A part of another model in its place.
gguf qwen3-8b other/Qwen3-30B-A3B-Q8_0.gguf --split 8
cp --sparse=always other/Qwen3-30B-A3B-Q8_0-00003-of-00008.gguf parts/ 2>/dev/null ||
  cp other/Qwen3-30B-A3B-Q8_0-00003-of-00008.gguf parts/
on run 2 check parts
one_error
# The same part twice under two names.
cp --sparse=always parts/Qwen3-30B-A3B-Q8_0-00004-of-00008.gguf parts/Qwen3-30B-A3B-Q8_0-00003-of-00008.gguf 2>/dev/null ||
  cp parts/Qwen3-30B-A3B-Q8_0-00004-of-00008.gguf parts/Qwen3-30B-A3B-Q8_0-00003-of-00008.gguf
on run 2 check parts
one_error
# All is well again.
mv kept parts/Qwen3-30B-A3B-Q8_0-00003-of-00008.gguf
on run 0 check parts --json
json 'd["memory"] == json.load(open("whole.json"))["memory"]'
