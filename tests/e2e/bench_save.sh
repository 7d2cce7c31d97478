#!/bin/sh
# SPDX-License-Identifier: MIT
# --save, --show, --forget: what was measured is kept for this machine, and estimates on it follow.
source_dir=$2
. "$source_dir/tests/e2e/bench_common.inc"
check="$python $source_dir/tests/golden/check_documents.py $source_dir/data/schema"
here="$scratch/results.jsonl"
# answers ARGUMENT...: yes or no, as this machine happens to be; only trouble is a failure.
answers() {
  code=0
  "$canirun" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
  [ "$code" -le 1 ] || fail "canirun $* ended with $code"
}
# A memory of known speed, so that nothing here depends on what else this machine does meanwhile.
run 0 bench --show --json
json 'd["kept"] == {"memory": None, "compute": None, "gpu_copies": [], "runs": [], "corrections": []}'
mkdir -p "$(dirname "$kept")"
"$python" - "$scratch/out" "$kept" <<'PY'
import json, sys
machine = {"key": json.load(open(sys.argv[1]))["machine"]["key"], "memory": {"read_bytes_per_s": 20e9}}
json.dump({"schema": "canirun/calibration", "schema_version": 1, "machines": [machine]}, open(sys.argv[2], "w"))
PY
answers check qwen3:8b --quant Q4_K_M --depth 64 --json
# Half of what is estimated, whatever this machine is: then every effect is plain to see.
half=$("$python" -c 'import json, sys
print(json.load(open(sys.argv[1]))["throughput"]["decode_tokens_per_s"]["typical"] / 2)' "$scratch/out")
{ row 512 0 20; row 0 128 "$half"; } >"$here"

answers check qwen3:8b --quant Q4_K_M --depth 64 --json
json 'd["throughput"]["basis"] not in ("measured", "calibrated")'
run 0 bench "$here" --save
out_has SAVED
[ -f "$kept" ] || fail "there is no $kept"
[ "$(find "$XDG_DATA_HOME/canirun" -type f | wc -l)" -eq 1 ] || fail "something was left beside it"
$check "$kept" >"$scratch/out" || fail "the file is not what its schema says"
if grep -q "$scratch" "$kept"; then fail "the file holds names of folders"; fi

# The same model is as it was measured, to the word; a sibling follows; another machine does not.
answers check qwen3:8b --quant Q4_K_M --depth 64 --json
json 'd["throughput"]["basis"] == "measured" and "1 measured run of this model" in d["throughput"]["how_known"]'
"$python" -c 'import json, sys
rate = json.load(open(sys.argv[1]))["throughput"]["decode_tokens_per_s"]
sys.exit(0 if abs(rate["typical"] / float(sys.argv[2]) - 1) < 0.02 and rate["low"] < rate["typical"] < rate["high"] else 1)' "$scratch/out" "$half" ||
  fail "the estimate is not what was measured"
answers check qwen3:8b --quant Q4_K_M
tr -s ' \n' ' ' <"$scratch/out" | grep -q "as measured on this machine" || fail "check does not say how it is known"
answers check llama3.1:8b --quant Q4_K_M --json
json 'd["throughput"]["basis"] == "calibrated"'
answers check llama3.1:8b --quant Q4_K_M --explain
out_has "calibrated: "
answers check qwen3:8b --on "RTX 4090" --json
json 'd["throughput"]["basis"] not in ("measured", "calibrated")'
# No word about the file where it is no data.
[ ! -s "$scratch/err" ] || fail "something was said on stderr"

# What it does is shown; the same results again replace the earlier ones.
run 0 bench "$here" --save --json
cp "$scratch/out" "$scratch/saved.json"
run 0 bench --show --json
json 'len(d["kept"]["runs"]) == 2 and len(d["kept"]["corrections"]) == 1'
json 'd["kept"]["corrections"][0]["placement"] == "cpu" and d["kept"]["corrections"][0]["decode"]["factor"] < 0.9'
cp "$scratch/out" "$scratch/shown.json"
run 0 bench --show
out_has "qwen3-8b Q4_K_M"
out_has "llama.cpp, CPU"

# A broken file is told once with the way out, and the answer comes all the same.
cp "$kept" "$scratch/good"
echo '{"schema": "canirun/calibration", "schema_version": 1, "machines": 7}' >"$kept"
answers check qwen3:8b --quant Q4_K_M --json
json 'd["throughput"]["basis"] not in ("measured", "calibrated")'
err_has "warning: "
err_has "calibration.json: /machines"
err_has "canirun bench --forget"
[ "$(grep -c warning "$scratch/err")" -eq 1 ] || fail "told more than once"
run 2 bench "$here" --save
run 2 bench --show
run 0 bench --forget
[ ! -e "$kept" ] || fail "the broken file is still there"

# Forgotten: this machine's, and nobody else's.
mkdir -p "$(dirname "$kept")"
"$python" - "$scratch/good" "$kept" <<'PY'
import copy, json, sys
d = json.load(open(sys.argv[1]))
other = copy.deepcopy(d["machines"][0])
other["key"] = "another machine"
d["machines"].append(other)
json.dump(d, open(sys.argv[2], "w"))
PY
run 0 bench --forget --json
json 'd["forgotten_runs"] == 2'
cp "$scratch/out" "$scratch/forgotten.json"
grep -q "another machine" "$kept" || fail "the other machine's runs are gone"
answers check qwen3:8b --quant Q4_K_M --json
json 'd["throughput"]["basis"] not in ("measured", "calibrated")'
run 0 bench --show
out_has "nothing is kept of this machine"
$check "$scratch"/saved.json "$scratch"/shown.json "$scratch"/forgotten.json >"$scratch/out" || fail "a document is not what its schema says"

# Wishes that make no sense.
run 2 bench "$here" --save --on "RTX 4090"
err_has "--save and --forget are about this machine"
run 2 bench --save --show
err_has "three different wishes"
HOME="" XDG_DATA_HOME="" run 2 bench "$here" --save
err_has "no place to keep it"
rm -rf "$XDG_DATA_HOME"
touch "$XDG_DATA_HOME"
run 2 bench "$here" --save
err_has "cannot make the folder"
