#!/bin/sh
# SPDX-License-Identifier: MIT
# How far off the estimates are, from the runs in the binary, through the code that answers check.
. "$2/tests/e2e/common.inc"
run 0 accuracy
out_has "measured runs"
out_has "half of the runs are nearer"
run 0 accuracy --json
json 'd["schema"] == "canirun/accuracy" and d["speed"]["runs"] > 1400 and len(d["speed"]["unanswered"]) <= 1'
json '[row["class"] for row in d["speed"]["decode"]] == ["all", "nvidia", "amd", "apple", "intel", "unified", "cpu"]'
json 'all(0 < row["median_error"] <= row["p90_error"] for row in d["speed"]["decode"] + d["speed"]["prefill"])'
json 'sum(row["runs"] for row in d["speed"]["decode"][1:]) == d["speed"]["decode"][0]["runs"]'
json 'sum(source["runs"] for source in d["speed"]["sources"]) == d["speed"]["runs"]'
json 'all(row["largest_error"] < 0.02 for row in d["memory"]["parts"]) and len(d["memory"]["parts"]) == 6'
json 'd["speed"]["held_out_on"] is not None and d["speed"]["decode"][0]["new_model"]["median_error"] > 0'

# It says what check says: the run it misses most, asked as anybody would.
/usr/bin/python3 - "$scratch/out" "$source_dir/data/reference/speed.json" "$scratch/line" <<'EOF'
import json, sys
missed = json.load(open(sys.argv[1]))["speed"]["farthest"][0]
rows = [row for record in json.load(open(sys.argv[2]))["records"] for row in record["rows"]]
row = next(r for r in rows if r["source"] == missed["source"] and r["on"] == missed["on"] and r["model"] == missed["model"]
           and r["decode_tokens_per_s"] == missed["measured_tokens_per_s"])
line = {"model": row["model"], "quant": row["quant"], "on": row["on"], "ram": "1024GiB", "engine": row["engine"],
        "depth_tokens": row["depth_tokens"], "prompt_tokens": row["prompt_tokens"],
        "context_tokens": max(4096, row["depth_tokens"] + row["prompt_tokens"] + 512)}
for key, name in (("backend", "backend"), ("flash_attn", "flash_attention"), ("threads", "threads")):
    if name in row: line[key] = row[name]
if "vram_bytes" in row: line["vram"] = "%dB" % row["vram_bytes"]
if "bandwidth_bytes_per_s" in row: line["bandwidth"] = "%.3fGB/s" % (row["bandwidth_bytes_per_s"] / 1e9)
with open(sys.argv[3], "w") as file: file.write(json.dumps(line) + "\n")
with open(sys.argv[3] + ".told", "w") as file: file.write("%.9g" % missed["estimate_tokens_per_s"]["typical"])
EOF
told=$(cat "$scratch/line.told")
"$canirun" check --requests "$scratch/line" >"$scratch/out" || true
json "abs(d[\"throughput\"][\"decode_tokens_per_s\"][\"typical\"] / $told - 1) < 1e-6"

# Data of one's own are judged like the shipped ones: slower constants are further off.
mkdir "$scratch/data"
/usr/bin/python3 - "$source_dir/data/speed/nvidia.json" "$scratch/data/slow.json" <<'EOF'
import json, sys
document = json.load(open(sys.argv[1]))
document["records"] = [dict(r, bandwidth_fraction=r["bandwidth_fraction"] / 4) for r in document["records"]]
json.dump(document, open(sys.argv[2], "w"))
EOF
run 0 accuracy --json --data "$scratch/data"
json 'd["speed"]["decode"][1]["class"] == "nvidia" and d["speed"]["decode"][1]["median_error"] > 0.3'
run 2 accuracy something
err_has "something"

# Nothing is wider than the terminal.
for columns in 48 80; do
  script -qec "stty cols $columns; '$canirun' accuracy --color never" /dev/null </dev/null | tr -d '\r' >"$scratch/out"
  /usr/bin/python3 - "$scratch/out" "$columns" <<'EOF' || fail "too wide for $columns columns"
import sys
assert not [l for l in open(sys.argv[1], encoding="utf-8").read().split("\n") if len(l) > int(sys.argv[2]) and "https://" not in l]
EOF
done
