# SPDX-License-Identifier: MIT
"""Prefill: constants, first guesses and the formula of src/core/throughput_prefill.cpp."""
import numpy as np

from fit_speed_common import CLASSES, WEIGHTS, Constants

READ_FRACTION = 0.86  # k_read_fraction
MOE_LAYER_EXTRA = 0.5  # k_moe_layer_extra
RECURRENT_UNITS = 2.0  # k_recurrent_layer_units
INT8 = {"ada", "ampere", "ampere/8.0", "ampere/8.7", "blackwell", "blackwell/12.1", "blackwell/11.0", "hopper", "turing"}
ARM = ["cpu/arm", "cpu/apple", "cpu/server-arm"]
FP16 = {"xe-hpg", "xe2-hpg", "xe2-lpg", "volta", "cdna1", "cdna2", "cdna3"}
# share of the unit's peak that Q4_K products reach, first guess
FRACTION = {"pascal": 1.2, "pascal/6.0": 0.9, "maxwell": 0.7, "kepler": 0.5, "turing/no-tensor": 1.2, "rdna2": 1.1, "rdna2/igpu": 1.1,
            "rdna3": 0.6, "rdna3-5": 0.6, "rdna3-5/gfx1151": 0.7, "rdna4": 1.2, "gcn5": 1.0, "m1": 0.75, "m2": 0.75, "m3": 0.8, "m4": 0.8,
            "m5": 1.5, "class/intel-igpu": 0.5}


def unit_of(family):
    return "int8" if family in INT8 else "fp16" if family in FP16 else "fp32"


def first_fraction(family):
    return 0.29 if family in INT8 else 0.2 if family in FP16 else FRACTION.get(family, 0.7)


def middle_power(runs, those, peak):
    """Design power over the peak, J an operation: of each family the middle of its cards (and of all families, under ""), and
    what each run's card has of that, at most 1."""
    joules, share = {}, np.ones(runs.n)
    for family in sorted(set(runs.record[those])):
        mine = those & (runs.record == family) & (runs.tdp > 0)
        cards = {d: (runs.tdp / peak)[mine & (runs.device == d)][0] for d in set(runs.device[mine])}
        if cards:
            joules[family] = float(np.exp(np.median(np.log(list(cards.values())))))
            share[mine] = np.clip(runs.tdp[mine] / peak[mine] / joules[family], 0.2, 1)
    joules[""] = float(np.exp(np.median(np.log(list(joules.values()))))) if joules else 0.0
    return joules, share


class Prefill:
    def __init__(self, runs):
        self.runs = runs
        c = self.constants = Constants()
        for x in CLASSES:
            c.constant("scale/" + x, 1, 0.2)
            c.constant("layer_us/" + x, 60, 0.6)
            c.constant("attention/" + x, 0.3, 0.7)
            c.constant("sharing/" + x, 1, 0.25)
            c.constant("head/" + x, 1, 0.25)
            c.constant("noflash/" + x, 1.1, 0.2)
            c.constant("noflash_attention/" + x, 1.2, 0.3)
            c.constant("score_bytes/" + x, 12, 0.7)
            c.constant("experts/" + x, 1.3, 0.4)
            c.constant("expert_rows/" + x, 16, 0.6)
            c.constant("vulkan/" + x, 1, 0.3)
            c.constant("vulkan_attention/" + x, 1, 0.4)
            for w in WEIGHTS:
                c.constant(f"{w}/{x}", 1, 0.3 if w != "q4_k" else 0.01)
        for name, first, prior in (("mlx", 0.95, 0.15), ("windows", 1.05, 0.1), ("pipeline", 0.6, 0.3), ("ik", 2, 0.5), ("vulkan_f16", 1.5, 0.5),
                                   ("vulkan_bf16", 2, 0.5), ("vulkan_bf16_experts", 2.0, 0.5), ("core_exponent", 1.2, 0.15), ("laptop", 1.1, 0.1),
                                   ("starved", 1.4, 0.3), ("arm_q4", 0.6, 0.4), ("arm_q8", 0.8, 0.3), ("amdvlk", 1.1, 0.3), ("amdvlk_attention", 2, 0.7), ("amdvlk_bf16", 2, 0.7)):
            c.constant(name, first, prior)
        for f in runs.family:
            c.constant("fraction_of/" + f, first_fraction(f), 0.35)
            for name in ("vulkan_of/", "vulkan_attention_of/"):  # drivers differ
                c.constant(name + f, 1, 0.3)
            for name in ("attention_of/", "experts_of/", "f16_of/", "noflash_of/", "sharing_of/", "head_of/"):
                c.constant(name + f, 1, 0.1)
        c.done()
        is_int8 = np.isin(runs.record, list(INT8))
        is_fp16 = np.isin(runs.record, list(FP16))
        self.is_cpu = runs.cls == CLASSES.index("cpu")
        int8 = np.where(runs.int8 > 0, runs.int8, np.where(runs.fp16 > 0, 2 * runs.fp16, 8 * runs.fp32_used))
        fp16 = np.where(runs.fp16 > 0, runs.fp16, 4 * runs.fp32_used)
        self.peak = np.where(is_int8, int8, np.where(is_fp16, fp16, runs.fp32_batch))
        self.joules, self.starved = middle_power(runs, is_int8, self.peak)
        self.cores = np.where(self.is_cpu, np.maximum(runs.cores, 1) / 8, 1)
        self.cached = np.maximum(runs.depth - runs.prompt, 0)
        # attention flops by shape: total, log sharing, log head length, a row each; scores of all, where they are written out
        most = max(len(s) for s in runs.shapes)
        self.flops, self.log_sharing, self.log_head = (np.zeros((runs.n, most)) for _ in range(3))
        self.scores = np.zeros(runs.n)
        for i, shapes in enumerate(runs.shapes):
            for k, ((sharing, head, flops, window, heads), layers) in enumerate(shapes.items()):
                seen = self.cached[i] + runs.prompt[i] / 2
                pairs = layers * runs.prompt[i] * (min(seen, window) if window else seen)
                self.flops[i, k] = flops * pairs
                self.scores[i] += heads * pairs * (not runs.flash[i])
                self.log_sharing[i, k] = np.log(np.clip(sharing, 1, 8) / 4)
                self.log_head[i, k] = np.log(min(head, 288) / 128)
        self.f16_class = np.isin(WEIGHTS, ["f16", "bf16"])

    def rate(self, v):
        r = self.runs
        of = lambda name: v.by(name + "/", CLASSES)[r.cls]
        fam = lambda name: v.by(name + "/", r.family)[r.family_of]
        peak = self.peak * of("scale") * fam("fraction_of") * self.cores ** -np.log(v("core_exponent")) * self.starved ** np.log(v("starved"))
        costs = np.array([v.by(w + "/", CLASSES) for w in WEIGHTS])[:, r.cls].T.copy()
        costs[:, self.f16_class] *= fam("f16_of")[:, None]
        costs[:, 0] *= np.where(r.vulkan, v("vulkan_f16"), 1)
        costs[:, 1] *= np.where(r.vulkan, v("vulkan_bf16"), 1)
        arm = np.isin(r.record, ARM)  # blocks of four and eight bits are laid out for their dot products when a file is loaded
        costs[:, WEIGHTS.index("q4")] *= np.where(arm, v("arm_q4"), 1)
        costs[:, WEIGHTS.index("q8")] *= np.where(arm, v("arm_q8"), 1)
        slowdown = np.where(r.ik, 1, (r.element_share * costs).sum(1))  # ik_llama.cpp lays out every type like that
        per_byte = r.elements_per_byte.sum(1)
        driver = np.where(r.amdvlk, v("amdvlk") * (1 + r.bf16_share * (v("amdvlk_bf16") - 1)), 1)
        products = peak / driver / np.where(r.vulkan, of("vulkan") * fam("vulkan_of"), 1) / np.where(r.flash, 1, of("noflash") * fam("noflash_of")) * np.where(r.ik, v("ik"), 1)
        attention = peak * of("attention") * fam("attention_of") / np.where(r.vulkan, of("vulkan_attention") * fam("vulkan_attention_of"), 1) / np.where(
            r.flash, 1, of("noflash_attention")) / np.where(r.amdvlk, v("amdvlk_attention"), 1)
        batch = np.minimum(r.prompt, r.ubatch)
        dense = r.dense - r.output
        flops_s = 2 * dense * per_byte * batch * slowdown / products
        experts = of("experts") * fam("experts_of") * (1 + of("expert_rows") / (batch * r.share))
        experts = experts * np.where(r.vulkan, 1 + r.bf16_share * (v("vulkan_bf16_experts") - 1), 1)
        flops_s = flops_s + 2 * r.experts * per_byte * batch * slowdown / products * experts
        read = dense + r.all_experts * (1 - (1 - r.share) ** batch)
        units = r.plain + r.linear * RECURRENT_UNITS + r.mixture * MOE_LAYER_EXTRA
        batch_s = np.hypot(flops_s, read / (r.bandwidth * READ_FRACTION)) + of("layer_us") * 1e-6 * units
        batches = np.maximum(r.prompt / batch, 1)
        shape = np.exp(self.log_sharing * np.log(of("sharing") * fam("sharing_of"))[:, None] +
                       self.log_head * np.log(of("head") * fam("head_of"))[:, None])
        seconds = batch_s * batches + (self.flops / shape).sum(1) / attention + self.scores * of("score_bytes") / (
            r.bandwidth * READ_FRACTION)
        ideal = batches * r.gpus / (batches + r.gpus - 1)
        gain = np.where(r.parallel, r.gpus**0.6, 1 + (ideal - 1) * np.minimum(v("pipeline"), 1))
        seconds = seconds / np.where(r.gpus > 1, gain, 1) * np.where(r.engine == "mlx", v("mlx"), 1) * (1 + r.windows * (v("windows") - 1)) * np.where(r.laptop, v("laptop"), 1)
        return r.prompt / seconds
