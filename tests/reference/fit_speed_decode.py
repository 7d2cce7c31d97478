# SPDX-License-Identifier: MIT
"""Decode: constants, first guesses and the formula of src/core/throughput_decode.cpp."""
import numpy as np

from fit_speed_common import CLASSES, WEIGHTS, Constants

CAP = 0.97  # k_highest_fraction
MEETING_S = 50e-6  # tensor_parallel_layer_s of data/speed/serving.json
VLLM_FRACTION = 0.93  # least_bandwidth_fraction of its vLLM on NVIDIA
# fp32 operations to unpack and multiply one weight, first guess; processors use 0.6 of it
UNPACKING = dict(f16=1.5, bf16=1.8, q8=3, q4=5, q4_k=6, q5_k=7, q6_k=8, q2_k=10, iq4=10, iq=16, mxfp4=7, int4=5)
ECC = {"nvidia/a40", "nvidia/a10", "nvidia/l40", "nvidia/l40s", "nvidia/l4", "nvidia/tesla-t4", "nvidia/rtx-4000-ada-generation",
       "nvidia/rtx-4000-sff-ada-generation", "nvidia/quadro-rtx-8000", "nvidia/quadro-rtx-6000"}


class Decode:
    def __init__(self, runs):
        self.runs = runs
        c = self.constants = Constants()
        for x in CLASSES:
            cpu = x == "cpu"
            c.constant("fraction/" + x, 0.82, 0.1 if not cpu else 0.2)
            c.constant("layer_us/" + x, 60 if not cpu else 30, 0.7)
            c.constant("token_us/" + x, 150, 0.7)
            c.constant("cache/" + x, 0.6, 0.5)
            c.constant("experts/" + x, 1.2, 0.2)
            c.constant("mixture_units/" + x, 1.6, 0.25)
            c.constant("linear_units/" + x, 1.5, 0.5)
            c.constant("norm_units/" + x, 1.5, 0.25)
            c.constant("vulkan_weights/" + x, 1.05, 0.25)
            c.constant("vulkan_cache/" + x, 1.1, 0.3)
            c.constant("vulkan_overhead/" + x, 1.0, 0.35)
            c.constant("sharing/" + x, 1.0, 0.25)
            c.constant("vllm/" + x, 1.0, 0.07)
            c.constant("noflash_cache/" + x, 1.5, 0.35)
            c.constant("noflash_overhead/" + x, 1.1, 0.5)
            for w in WEIGHTS:
                c.constant(f"{w}/{x}", UNPACKING[w] * (0.6 if cpu else 1), 0.5)
                c.constant(f"vulkan_{w}/{x}", 1, 0.25)
        c.constant("apple_exponent", 1.07, 0.1)
        c.constant("cpu_exponent", 1.3, 0.3)
        c.constant("attention_flops/cpu", 8, 0.7)
        for name, first, prior in (("vulkan_bf16_experts", 2.0, 0.5), ("windows_overhead", 1.4, 0.3), ("mlx", 0.95, 0.1), 
                                   ("ollama", 1.03, 0.05), ("hop_us", 200, 1.0), ("ecc", 1.07, 0.1), ("laptop", 1.1, 0.1), ("ik", 1.02, 0.05), ("ik_unpacking", 0.6, 0.3),
                                   ("amdvlk", 1.1, 0.3), ("amdvlk_cache", 1.3, 0.7), ("amdvlk_bf16", 1.3, 0.7)):
            c.constant(name, first, prior)
        for f in runs.family:
            c.constant("fraction_of/" + f, 1, 0.12)
            c.constant("overhead_of/" + f, 1, 0.35)
            c.constant("experts_of/" + f, 1, 0.12)
            c.constant("unpacking_of/" + f, 1, 0.25 if not f.startswith("cpu") else 0.01)  # of processors the instruction set says it
            c.constant("vulkan_of/" + f, 1, 0.25)
            c.constant("cache_of/" + f, 1, 0.25)
            c.constant("vulkan_cache_of/" + f, 1, 0.25)
        c.done()
        self.is_cpu = runs.cls == CLASSES.index("cpu")
        self.is_apple = runs.cls == CLASSES.index("apple")
        self.ecc = np.array([d in ECC for d in runs.device])

    def seconds(self, v):
        r = self.runs
        of = lambda name: v.by(name + "/", CLASSES)[r.cls]
        fam = lambda name: v.by(name + "/", r.family)[r.family_of]
        laptop = np.where(r.laptop, v("laptop"), 1)
        fraction = of("fraction") * fam("fraction_of")
        fraction = np.where(self.is_apple, fraction * np.maximum(r.bandwidth / 300e9, 0.2) ** -np.log(v("apple_exponent")), fraction)
        fraction = np.where(self.is_cpu, fraction * np.maximum(r.bandwidth / 60e9, 0.75) ** -np.log(v("cpu_exponent")), fraction)
        own_kernels = (r.engine == "vllm") & (r.cls == CLASSES.index("nvidia"))
        fraction = np.where(own_kernels, np.maximum(fraction, VLLM_FRACTION), fraction)
        rate = r.bandwidth * np.minimum(fraction, CAP)
        costs = np.array([v.by(w + "/", CLASSES) for w in WEIGHTS])[:, r.cls].T
        flops_per_byte = (r.elements_per_byte * costs).sum(1) * fam("unpacking_of") * np.where(r.ik, v("ik_unpacking"), 1)

        def weights(b):
            return np.hypot(b / rate, b * flops_per_byte / r.fp32_used)

        weight_s = weights(r.dense) + weights(r.experts) * of("experts") * fam("experts_of") * np.where(
            r.vulkan, 1 + r.bf16_share * (v("vulkan_bf16_experts") - 1), 1)
        weight_s = weight_s * laptop * np.where(r.vulkan, of("vulkan_weights") * fam("vulkan_of"), 1) * np.where(self.ecc, v("ecc"), 1)
        kernels = np.array([v.by(f"vulkan_{w}/", CLASSES) for w in WEIGHTS])[:, r.cls].T
        weight_s = weight_s * np.where(r.vulkan, (r.byte_share * kernels).sum(1), 1)
        attention = np.where(self.is_cpu, r.attention * v("attention_flops/cpu") / r.fp32_used, 0)
        cache = of("cache") * fam("cache_of") * np.exp(r.sharing * np.log(of("sharing")))
        cache_s = (r.cache / (rate * cache) + attention) * laptop * np.where(r.vulkan, of("vulkan_cache") * fam("vulkan_cache_of"), 1) * np.where(r.flash, 1, of("noflash_cache"))
        units = r.plain + r.linear * of("linear_units") + r.mixture * (of("mixture_units") - 1) + r.normed * (of("norm_units") - 1)
        slow = laptop * np.where(r.flash, 1, of("noflash_overhead")) * (1 + r.windows * (v("windows_overhead") - 1)) * np.where(r.vulkan, of("vulkan_overhead"), 1)
        layers_s = of("layer_us") * 1e-6 * fam("overhead_of") * units * slow
        token_s = of("token_us") * 1e-6 * slow
        weight_s = weight_s * np.where(r.amdvlk, v("amdvlk") * (1 + r.bf16_share * (v("amdvlk_bf16") - 1)), 1)
        cache_s = cache_s * np.where(r.amdvlk, v("amdvlk_cache"), 1)
        busy = (weight_s + cache_s + r.state / rate) / np.where(r.ik, v("ik"), 1)
        roof = (r.dense + r.experts + r.cache + r.state) / r.bandwidth
        share = np.where(r.parallel, r.gpus, 1)  # every GPU launches every layer, and they meet in it
        meetings_s = r.parallel * (r.plain + r.linear) * MEETING_S
        engine = np.select([r.engine == "mlx", r.engine == "vllm", r.engine == "ollama"], [v("mlx"), of("vllm"), v("ollama")], 1.0)
        busy = np.maximum(busy, roof) * engine
        return busy / share + layers_s * engine + (token_s + meetings_s + np.where(r.parallel, 0, r.hops * v("hop_us") * 1e-6)) * engine

    def rate(self, v):
        return 1 / self.seconds(v)
