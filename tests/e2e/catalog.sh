#!/bin/sh
# SPDX-License-Identifier: MIT
# The data can be browsed, each record with basis, date and source.
. "$2/tests/e2e/common.inc"
for kind in models devices prices quants; do
  run 0 catalog "$kind" --json
  json 'd["schema"] == "canirun/catalog" and len(d["records"]) > 20'
  json 'all(r["basis"] in ("measured", "published", "derived", "assumed") for r in d["records"])'
done
run 0 catalog devices 4090
out_has "nvidia/geforce-rtx-4090"
run 2 catalog gadgets
err_has "models, devices, prices, quants"
run 1 catalog models no-such-thing-there
