# SPDX-License-Identifier: MIT
"""The ranges from what held-out runs got, and the records of data/speed/."""
import json
import math

import numpy as np

from fit_speed_common import CLASSES, MODEL_CLASSES, SERVER_ARM, WEIGHTS
from fit_speed_decode import ECC
from fit_speed_prefill import ARM, first_fraction, unit_of

LOW, HIGH = 0.10, 0.90  # quantiles of measured / estimated that a range spans
OWN_SPREAD = 25  # runs a family needs for a range of its own
SOURCE = ("published runs: llama.cpp discussions 4167, 10879, 15013, 15021; localscore.ai; XiongjieDai/GPU-Benchmarks-on-LLM-Inference; "
          "AlexsJones/llmfit community data; kyuz0 toolboxes; ik_llama.cpp discussions; fitted as data/speed/README.md says")
PROVENANCE = {"basis": "derived", "source": SOURCE, "retrieved": "2026-11-26"}


class Spreads:
    """Measured / estimated, low and high, by class and by family with runs enough, of those the runs under Vulkan apart. A third
    each of runs whose device was held out (where the family was seen), whose model was held out, and of runs like those seen."""

    def __init__(self, f):
        runs = f.runs
        mixture = runs.experts > 0
        logs = [np.log(f.measured / x) for x in (f.devices_out, f.models_out, f.seen)]

        def fit(exponent):
            device, model, seen = (np.exp(x / np.where(mixture, exponent, 1)) for x in logs)

            def spread(mask):
                r = np.concatenate([device[mask & f.known_family], model[mask], seen[mask]])
                return min(0.97, float(np.quantile(r, LOW))), max(1.03, float(np.quantile(r, HIGH)))

            self.exponent = exponent
            enough = lambda masks: {x: spread(mask) for x, mask in masks.items() if mask.sum() >= OWN_SPREAD}
            classes = {x: runs.cls == i for i, x in enumerate(CLASSES)}
            families = {x: runs.record == x for x in runs.family}
            others = enough({x: m & runs.vulkan for x, m in classes.items()})  # else they count with the rest
            apart = np.isin(runs.cls, [CLASSES.index(x) for x in others])
            self.of_class = {x: spread(m & ~(runs.vulkan & apart)) for x, m in classes.items()}
            self.of_family = enough({x: m & ~(runs.vulkan & apart) for x, m in families.items()})
            self.vulkan_of_class = others
            self.vulkan_of_family = enough({x: m & runs.vulkan & apart for x, m in families.items()})
            low, high = self.bounds(runs)
            masks = (f.known_family & mixture, mixture, mixture)
            return np.concatenate([((np.log(low) <= x) & (x <= np.log(high)))[m] for x, m in zip(logs, masks)]).mean()

        # Models with experts scatter more: the least exponent with which their ranges hold as often as meant.
        for exponent in np.arange(1, 2.51, 0.05):
            if fit(float(exponent)) >= HIGH - LOW:
                break

    def bounds(self, runs):
        pairs = [self.of(f, CLASSES[c], vulkan) for f, c, vulkan in zip(runs.record, runs.cls, runs.vulkan)]
        power = np.where(runs.experts > 0, self.exponent, 1)
        return np.array([p[0] for p in pairs]) ** power, np.array([p[1] for p in pairs]) ** power

    def of(self, family, x, vulkan):
        if vulkan and x in self.vulkan_of_class:
            return self.vulkan_of_family.get(family, self.vulkan_of_class[x])
        return self.of_family.get(family, self.of_class[x])


def r3(x):
    return float(f"{x:.3g}")


def as_spread(pair):
    return {"low": r3(pair[0]), "high": r3(pair[1])}


def root_record(d, p, runs, exponents):
    """class/any: what every family falls back to."""
    return {
        "id": "class/any", "inherits": "", "bandwidth_fraction": 0.6, "bandwidth_exponent": 0, "kv_bandwidth_fraction": 0.5,
        "kv_slowdown_without_flash_attention": 1.5, "attention_flops_slowdown": 0, "layer_overhead_s": 1e-4, "token_overhead_s": 3e-4,
        "overhead_slowdown_without_flash_attention": 1.2, "expert_slowdown": 1.3, "recurrent_layer_units": 1.6, "moe_layer_units": 1.6, "norm_layer_units": 1.5,
        "prefill_unit": "fp32", "prefill_fraction": 0.5, "prefill_layer_overhead_s": 2e-4, "prefill_attention_fraction": 0.3,
        "prefill_slowdown_without_flash_attention": 1.1, "attention_slowdown_without_flash_attention": 2.0, "prefill_expert_slowdown": 1.7,
        "prefill_expert_rows": 20, "pool_hop_s": r3(d("hop_us") * 1e-6), "host_hop_s": 4e-5, "pipeline_gain": r3(min(1, p("pipeline"))),
        "windows_overhead_slowdown": r3(d("windows_overhead")),
        "windows_prefill_slowdown": r3(p("windows")), "power_limit_exponent": 0.4, "laptop_slowdown": r3(d("laptop")), "laptop_prefill_slowdown": r3(p("laptop")),
        "weight_costs": [{"weights": w, "decode_flops_per_weight": c} for w, c in zip(WEIGHTS, (1.5, 1.8, 3, 5, 6, 7, 8, 10, 10, 16, 7, 5))],
        "engines": [{"engine": "ollama", "decode_slowdown": r3(d("ollama"))}, {"engine": "vllm", "decode_slowdown": r3(d("vllm/nvidia"))},
                    {"engine": "mlx", "decode_slowdown": r3(d("mlx")), "prefill_slowdown": r3(p("mlx"))}],
        "decode_spread": {"low": 0.5, "high": 1.6}, "prefill_spread": {"low": 0.4, "high": 2.0}, "mixture_spread_exponent": r3(exponents[0]), "mixture_prefill_spread_exponent": r3(exponents[1]),
        "rows": runs.n, "parts": len(set(runs.on)), "provenance": PROVENANCE,
        "notes": "what every family falls back to; figures without a fit (fractions, overheads, host_hop_s) are middle values of the fitted classes; "
                 "power_limit_exponent is assumed: power goes with clock times voltage squared, and voltage with the clock until it reaches its floor"}


def class_record(x, decode, prefill):
    d, p = decode.values(), prefill.values()
    mine = decode.runs.cls == CLASSES.index(x)
    r = {"id": "class/" + x, "inherits": "class/any", "bandwidth_fraction": r3(d("fraction/" + x))}
    if x == "apple":
        r |= {"bandwidth_reference_bytes_per_s": 300e9, "bandwidth_exponent": r3(-math.log(d("apple_exponent")))}
    if x == "cpu":
        r |= {"socket_exponent": -0.5, "bandwidth_reference_bytes_per_s": 60e9, "bandwidth_exponent": r3(-math.log(d("cpu_exponent")))}
    r |= {"kv_bandwidth_fraction": r3(d("cache/" + x)), "kv_grouping_exponent": r3(math.log(d("sharing/" + x))),
          "kv_slowdown_without_flash_attention": r3(d("noflash_cache/" + x)), "layer_overhead_s": r3(d("layer_us/" + x) * 1e-6),
          "token_overhead_s": r3(d("token_us/" + x) * 1e-6), "overhead_slowdown_without_flash_attention": r3(d("noflash_overhead/" + x)),
          "expert_slowdown": r3(d("experts/" + x)), "recurrent_layer_units": r3(d("linear_units/" + x)),
          "moe_layer_units": r3(d("mixture_units/" + x)), "norm_layer_units": r3(d("norm_units/" + x))}
    if x == "cpu":
        r |= {"attention_flops_slowdown": r3(d("attention_flops/cpu")), "prefill_core_exponent": r3(-math.log(p("core_exponent")))}
    unit = {"nvidia": "int8", "intel": "fp16"}.get(x, "fp32")
    typical = {"nvidia": 0.29, "intel": 0.2, "amd": 0.8, "apple": 0.8, "cpu": 0.7}[x]
    r |= {"prefill_unit": unit, "prefill_fraction": r3(p("scale/" + x) * typical), "prefill_layer_overhead_s": r3(p("layer_us/" + x) * 1e-6),
          "prefill_attention_fraction": r3(p("attention/" + x)), "prefill_slowdown_without_flash_attention": r3(p("noflash/" + x)),
          "attention_slowdown_without_flash_attention": r3(p("noflash_attention/" + x)),
          "score_bytes_without_flash_attention": r3(p("score_bytes/" + x)), "attention_grouping_exponent": r3(math.log(p("sharing/" + x))), "attention_head_exponent": r3(math.log(p("head/" + x))),
          "prefill_expert_slowdown": r3(p("experts/" + x)), "prefill_expert_rows": r3(p("expert_rows/" + x)),
          "weight_costs": [{"weights": w, "decode_flops_per_weight": r3(d(f"{w}/{x}")), "prefill_slowdown": r3(p(f"{w}/{x}"))} for w in WEIGHTS]}
    if x not in ("cpu", "apple"):
        r["backends"] = [{"backend": "vulkan", "weight_slowdown": r3(d("vulkan_weights/" + x)), "kv_slowdown": r3(d("vulkan_cache/" + x)),
                          "overhead_slowdown": r3(d("vulkan_overhead/" + x)), "bf16_expert_slowdown": r3(d("vulkan_bf16_experts")),
                          "prefill_slowdown": r3(p("vulkan/" + x)), "attention_slowdown": r3(p("vulkan_attention/" + x)),
                          "f16_prefill_slowdown": r3(p("vulkan_f16")), "bf16_prefill_slowdown": r3(p("vulkan_bf16")),
                          "bf16_expert_prefill_slowdown": r3(p("vulkan_bf16_experts"))}]
        kernels = [{"weights": w, "decode_slowdown": r3(d(f"vulkan_{w}/{x}"))} for w in WEIGHTS]
        r["backends"][0]["weights"] = [k for k in kernels if abs(k["decode_slowdown"] - 1) > 0.02]
        r["backends"][0] |= {k: as_spread(f.spreads.vulkan_of_class[x])
                             for k, f in (("decode_spread", decode), ("prefill_spread", prefill)) if x in f.spreads.vulkan_of_class}
    if x not in ("cpu", "apple"):
        r["engines"] = [{"engine": "vllm", "decode_slowdown": r3(d("vllm/" + x))}]
    if x == "nvidia":
        r["devices"] = [{"device": k, "decode_slowdown": r3(d("ecc"))} for k in sorted(ECC)]
    r |= {"decode_spread": as_spread(decode.spreads.of_class[x]), "prefill_spread": as_spread(prefill.spreads.of_class[x]),
          "rows": int(mine.sum()), "parts": len(set(decode.runs.on[mine])), "provenance": PROVENANCE}
    if x == "nvidia":
        r |= {"prefill_joules_per_operation": r3(prefill.model.joules[""]), "power_starved_exponent": r3(max(0.0, math.log(p("starved"))))}
    if x == "cpu":
        r["notes"] = "socket_exponent is assumed: two sockets give about 1.4 times one to an engine that does not place its pages"
    if x == "nvidia":
        r["notes"] = "devices: cards that ship with ECC switched on over GDDR6, which takes part of the bandwidth"
    return r


def family_record(f, x, decode, prefill):
    """What a family does differently from its class; what lies within 2 % of it is left out."""
    d, p = decode.values(), prefill.values()
    mine = decode.runs.record == f
    r = {"id": f, "inherits": "class/" + x, "bandwidth_fraction": r3(min(1.5, d("fraction/" + x) * d("fraction_of/" + f))),
         "layer_overhead_s": r3(d("layer_us/" + x) * d("overhead_of/" + f) * 1e-6)}
    far = lambda value: abs(math.log(value)) > 0.02
    if far(d("experts_of/" + f)):
        r["expert_slowdown"] = r3(d("experts/" + x) * d("experts_of/" + f))
    if far(d("cache_of/" + f)):
        r["kv_bandwidth_fraction"] = r3(d("cache/" + x) * d("cache_of/" + f))
    if far(d("unpacking_of/" + f)):
        r["unpacking_slowdown"] = r3(d("unpacking_of/" + f))
    vulkan = {"weight_slowdown": d("vulkan_of/" + f), "kv_slowdown": d("vulkan_cache_of/" + f)}
    if f in prefill.runs.family:
        q = lambda name: p(name + "_of/" + f)
        r |= {"prefill_unit": unit_of(f), "prefill_fraction": r3(p("scale/" + x) * q("fraction"))}
        if f in prefill.model.joules:
            r["prefill_joules_per_operation"] = r3(prefill.model.joules[f])
        if far(q("attention")):
            r["prefill_attention_fraction"] = r3(p("attention/" + x) * q("attention"))
        if far(q("sharing")):
            r["attention_grouping_exponent"] = r3(math.log(p("sharing/" + x) * q("sharing")))
        if far(q("head")):
            r["attention_head_exponent"] = r3(math.log(p("head/" + x) * q("head")))
        if far(q("noflash")):
            r["prefill_slowdown_without_flash_attention"] = r3(p("noflash/" + x) * q("noflash"))
        if far(q("experts")):
            r["prefill_expert_slowdown"] = r3(p("experts/" + x) * q("experts"))
        if far(q("f16")):
            r["weight_costs"] = [{"weights": w, "prefill_slowdown": r3(p(f"{w}/{x}") * q("f16"))} for w in ("f16", "bf16")]
        if f in ARM:
            r.setdefault("weight_costs", []).extend({"weights": w, "prefill_slowdown": r3(p(f"{w}/cpu") * p("arm_" + w))} for w in ("q4", "q8"))
        vulkan |= {"prefill_slowdown": q("vulkan"), "attention_slowdown": q("vulkan_attention")}
    else:
        r |= {"prefill_unit": unit_of(f), "prefill_fraction": r3(p("scale/" + x) * first_fraction(f))}
    vulkan = {k: r3(v) for k, v in vulkan.items() if far(v)} | {
        k: as_spread(fit.spreads.vulkan_of_family[f])
        for k, fit in (("decode_spread", decode), ("prefill_spread", prefill)) if f in fit.spreads.vulkan_of_family}
    if vulkan:
        r["backends"] = [{"backend": "vulkan"} | vulkan]
    if f in decode.spreads.of_family:
        r["decode_spread"] = as_spread(decode.spreads.of_family[f])
    if f in prefill.spreads.of_family:
        r["prefill_spread"] = as_spread(prefill.spreads.of_family[f])
    return r | {"rows": int(mine.sum()), "parts": len(set(decode.runs.on[mine])), "provenance": PROVENANCE}


def processor_record(decode):
    """cpu/x86: a generation without runs, so the class itself."""
    mine = decode.runs.cls == CLASSES.index("cpu")
    return {"id": "cpu/x86", "inherits": "class/cpu", "rows": int(mine.sum()), "parts": len(set(decode.runs.on[mine])), "provenance": PROVENANCE}


def server_arm_records(decode):
    """One for each core that counts as one of a server's: lookup is by the core's name."""
    def one(arch):
        mine = decode.runs.arch == arch
        return {"id": "cpu/" + arch, "inherits": "cpu/server-arm", "rows": int(mine.sum()), "parts": len(set(decode.runs.on[mine])),
                "provenance": PROVENANCE}
    return [one(arch) for arch in SERVER_ARM]


def dump(path, records):
    lines = []
    for record in records:
        members = []
        for key, value in record.items():
            if isinstance(value, list):
                text = "[\n" + ",\n".join("        " + json.dumps(x) for x in value) + "\n      ]"
            else:
                text = json.dumps(value)
            members.append(f'      "{key}": {text}')
        lines.append("    {\n" + ",\n".join(members) + "\n    }")
    path.write_text('{\n  "schema": "canirun/speed",\n  "schema_version": 1,\n  "records": [\n' + ",\n".join(lines) + "\n  ]\n}\n")


def write(folder, decode, prefill):
    classes = [root_record(decode.values(), prefill.values(), decode.runs, (decode.spreads.exponent, prefill.spreads.exponent))]
    for i, x in enumerate(CLASSES):
        classes.append(class_record(x, decode, prefill))
        families = [f for f in decode.runs.family if decode.runs.cls[decode.runs.record == f][0] == i]
        records = [family_record(f, x, decode, prefill) for f in families]
        classes += [r for r in records if r["id"].startswith("class/")]
        records = [r for r in records if not r["id"].startswith("class/")]
        if x == "cpu" and "cpu/x86" not in families:
            records.append(processor_record(decode))
        if x == "cpu":
            records += server_arm_records(decode)
        dump(folder / f"{x}.json", records)
    dump(folder / "classes.json", classes)


def errors(estimate, measured):
    return np.maximum(estimate / measured, measured / estimate) - 1


def write_held_out(path, fits):
    """What `canirun accuracy` says of runs that a fit had not seen."""
    rows = []
    for name, f in fits:
        for c in ["", *MODEL_CLASSES]:
            mask = (f.runs.table_class == c) | (c == "")
            for left_out, estimate in (("device", f.devices_out), ("model", f.models_out)):
                e = errors(estimate, f.measured)[mask]
                rows.append(({"class": c} if c else {}) | {
                    "speed": name, "left_out": left_out, "runs": int(mask.sum()),
                    "median_error": r3(np.median(e)), "p90_error": r3(np.quantile(e, 0.9))})
    head = {"id": "eighths", "provenance": {
        "basis": "derived", "retrieved": PROVENANCE["retrieved"],
        "source": "tests/reference/fit_speed.py: an eighth of the devices, or of the models, left out at a time"}}
    text = ",\n".join("        " + json.dumps(row) for row in rows)
    path.write_text('{\n  "schema": "canirun/reference-held-out",\n  "schema_version": 1,\n  "records": [\n    {\n' +
                    "".join(f"      {json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items()) +
                    '      "rows": [\n' + text + "\n      ]\n    }\n  ]\n}\n")
