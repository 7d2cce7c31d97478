#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fits the constants of data/speed on the published runs of data/reference/speed.json. Needs numpy; no part of the build.

    property "[.features]" | grep '^{' > features.jsonl   # what each run reads and computes, from the catalog
    fit_speed.py features.jsonl            # fits, cross-validates, prints the tables of data/speed/README.md
    fit_speed.py features.jsonl --write    # ... and writes data/speed/*.json, data/reference/held_out.json
    fit_speed.py features.jsonl --check    # the fit's formulas against the product's figures in features.jsonl

The formulas are those of src/core/throughput_decode.cpp and throughput_prefill.cpp. One fit over all runs: damped least
squares on log(measured / estimated) with a pseudo-Huber loss, the runs of one device sharing a weight. Every constant has
a prior (third argument of `constant`: how far off it may well be, in log), so that a family with few runs stays near its
class. Reported is what was held out: an eighth of the devices, or of the models, at a time.
"""
import json
import pathlib
import sys

import numpy as np

import fit_speed_write
from fit_speed_common import MODEL_CLASSES, Runs, fit, run_weights
from fit_speed_decode import Decode
from fit_speed_prefill import Prefill

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDS = 8
METRICS = (("decode", "decode_tokens_per_s", Decode, 0.10), ("prefill", "prefill_tokens_per_s", Prefill, 0.15))


class Fit:
    """One of the two speeds: its runs, its constants, and what held-out runs got."""

    def __init__(self, kind, field, scale, rows, features):
        self.runs = Runs(rows, features, lambda row, _: field in row)
        self.measured = np.array([row[field] for row in self.runs.rows])
        self.weight = run_weights(self.runs, (self.runs.threads, self.runs.prompt))
        self.model, self.scale = kind(self.runs), scale
        self.theta = fit(self.model.rate, self.model.constants, self.runs, self.measured, self.weight, scale)

    def values(self):
        return self.model.constants.values(self.theta)

    def blind_rate(self, theta):
        """The estimate as the product would give it."""
        seen, self.model.runs = self.model.runs, self.runs.blind()
        rate = self.model.rate(self.model.constants.values(theta))
        self.model.runs = seen
        return rate

    def held_out(self, by):
        groups = sorted(set(by))
        np.random.default_rng(3).shuffle(groups)
        estimate = np.full(self.runs.n, np.nan)
        for k in range(FOLDS):
            out = np.isin(by, groups[k::FOLDS])
            theta = fit(self.model.rate, self.model.constants, self.runs, self.measured, self.weight * ~out, self.scale, self.theta * 0.8, 20, 1)
            estimate[out] = self.blind_rate(theta)[out]
        return estimate

    def cross_validate(self):
        self.seen = self.blind_rate(self.theta)
        self.devices_out, self.models_out = self.held_out(self.runs.on), self.held_out(self.runs.model)
        several = {f for f in set(self.runs.record) if len(set(self.runs.on[self.runs.record == f])) > 1}
        self.known_family = np.isin(self.runs.record, list(several))  # another device of the family was seen


def report(name, f):
    e = {k: fit_speed_write.errors(x, f.measured) for k, x in (("seen", f.seen), ("devices", f.devices_out), ("models", f.models_out))}
    print(f"\n{name}: median / 90th percentile of max(estimate/measured, measured/estimate) - 1, in %")
    print("| class | runs | seen | new device, family seen | new device, all | new model | range holds |\n|---|---|---|---|---|---|---|")
    def cell(v):
        return f"{100 * np.median(v):.1f} / {100 * np.quantile(v, 0.9):.0f}" if len(v) > 4 else "-"
    for c in ["all", *MODEL_CLASSES, "mixtures"]:
        k = (f.runs.table_class == c) | (c == "all") | ((c == "mixtures") & (f.runs.experts > 0))
        known = k & f.known_family
        inside = []
        for estimate, mask in ((f.devices_out, known), (f.models_out, k), (f.seen, k)):
            low, high = f.spreads.bounds(f.runs)
            r = f.measured / estimate
            inside.append(((low <= r) & (r <= high))[mask])
        print(f"| {c} | {k.sum()} | {cell(e['seen'][k])} | {cell(e['devices'][known])} | {cell(e['devices'][k])} | {cell(e['models'][k])} | "
              f"{100 * np.concatenate(inside).mean():.0f} |")


def check(fits, rows, features):
    for f, (name, field, _, _) in zip(fits, METRICS):
        told = np.array([x[name] for x in f.runs.features])
        ratio = np.log(f.blind_rate(f.theta) / told)
        print(f"{name}: fit / product {np.exp(np.quantile(ratio, [0.02, 0.5, 0.98])).round(3)}")
        for i in np.argsort(-abs(ratio))[:8]:
            print(f"   {ratio[i]:+.3f} {f.runs.on[i]} {f.runs.model[i]} {f.runs.rows[i]['quant']} {f.runs.backend[i]} {f.runs.engine[i]}")


def main():
    records = json.loads((ROOT / "data/reference/speed.json").read_text())["records"]
    rows = [row for record in records for row in record["rows"]]
    features = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
    if len(rows) != len(features):
        sys.exit(f"{len(rows)} runs, {len(features)} lines of features")
    fits = [Fit(kind, field, scale, rows, features) for _, field, kind, scale in METRICS]
    if "--check" in sys.argv:
        return check(fits, rows, features)
    for f in fits:
        f.cross_validate()
        f.spreads = fit_speed_write.Spreads(f)
    for f, (name, *_) in zip(fits, METRICS):
        report(name, f)
    if "--write" in sys.argv:
        fit_speed_write.write(ROOT / "data/speed", *fits)
        fit_speed_write.write_held_out(ROOT / "data/reference/held_out.json", [(m[0], f) for f, m in zip(fits, METRICS)])
    return None


if __name__ == "__main__":
    main()
