# SPDX-License-Identifier: MIT
"""What both fits share: the runs as arrays, named constants with priors, and the solver."""
import collections
import copy

import numpy as np

UNKNOWN_OS_SHARE = 0.25  # k_unknown_os_share: of the runs whose system is known, on Windows
CLASSES = ["nvidia", "amd", "apple", "intel", "cpu"]
WEIGHTS = ["f16", "bf16", "q8", "q4", "q4_k", "q5_k", "q6_k", "q2_k", "iq4", "iq", "mxfp4", "int4"]
MODEL_CLASSES = ["nvidia", "amd", "apple", "intel", "unified", "cpu"]  # of the tables


SERVER_ARM = ("neoverse-n1", "neoverse-n2", "neoverse-v1", "neoverse-v2", "ampereone")


def class_of(record):
    """The class a family's record inherits from."""
    if record.startswith(("rdna", "gcn", "cdna")):
        return "amd"
    if record.startswith("m") and record[1:2].isdigit():
        return "apple"
    if record.startswith(("xe", "class/intel")):
        return "intel"
    if record.startswith("cpu"):
        return "cpu"
    return "nvidia"


def family_of(site):
    """The record a device is looked up by: processors by maker, AMD's by generation (those there are runs of), Arm's of
    servers (wide memory, many cores) apart from those of boards and phones, Orin's GPU (slow memory, few units) from cards."""
    if site["arch"] in SERVER_ARM:
        return "cpu/server-arm"
    if site["arch"] and site["record"].startswith("class/") and site["arch"] != "xe-lpg":
        return site["arch"]  # its first runs: a record of its own is made of them
    if "jetson" in site["device"] and site["record"] == "ampere":
        return "ampere/8.7"
    if site["record"].startswith("cpu/") and site["device"].startswith("intel/"):
        return "cpu/intel"
    if site["record"].startswith("cpu/") and site["arch"] in ("zen2", "zen3", "zen4", "zen5"):
        return "cpu/" + site["arch"]
    return site["record"]


class Runs:
    """The rows with their features as arrays. Runs over several kinds of device (a model that spills) are left out."""

    def __init__(self, rows, features, keep):
        pairs = [(r, f) for r, f in zip(rows, features) if len({s["record"] for s in f["sites"]}) == 1 and keep(r, f)]
        self.rows = [r for r, _ in pairs]
        self.features = [f for _, f in pairs]
        self.n = len(pairs)
        site = lambda f: f["sites"][0]
        add = lambda name: np.array([sum(s[name] for s in f["sites"]) for f in self.features], float)
        one = lambda name: np.array([site(f)[name] for f in self.features], float)
        for name in ("dense", "experts", "all_experts", "output", "cache", "state", "attention", "plain", "linear", "mixture", "normed"):
            setattr(self, name, add(name))
        for name in ("bandwidth", "fp32", "fp32_used", "fp32_batch", "fp16", "int8", "cores", "tdp"):
            setattr(self, name, one(name))
        for name in ("fp32", "fp32_used", "fp32_batch"):
            setattr(self, name, np.where(getattr(self, name) > 0, getattr(self, name), 1e30))  # unknown: never the limit
        self.record = np.array([family_of(site(f)) for f in self.features])
        self.arch = np.array([site(f)["arch"] for f in self.features])
        self.device = np.array([site(f)["device"] for f in self.features])
        self.cls = np.array([CLASSES.index(class_of(x)) for x in self.record])
        self.family = sorted(set(self.record))
        self.family_of = np.array([self.family.index(x) for x in self.record])
        self.gpus = np.array([len(f["sites"]) for f in self.features], float)
        self.parallel = np.array([f["tensor_parallel"] for f in self.features])
        self.hops = np.array([f["gpu_hops"] for f in self.features], float)
        self.share = np.array([f["expert_share"] for f in self.features], float)
        self.ubatch = np.array([f["ubatch"] for f in self.features], float)
        bytes_, elements = np.zeros((self.n, len(WEIGHTS))), np.zeros((self.n, len(WEIGHTS)))
        for i, f in enumerate(self.features):
            for name, (b, e) in f["weights"].items():
                both = self.rows[i]["engine"] == "vllm" and name == "bf16"  # one library multiplies both kinds of 16 bits
                kind = WEIGHTS.index("f16" if both else name)
                bytes_[i, kind] += b
                elements[i, kind] += e
        total = bytes_.sum(1)
        self.byte_share = bytes_ / total[:, None]
        self.elements_per_byte = elements / total[:, None]  # of each class, a byte read
        self.element_share = elements / elements.sum(1)[:, None]
        text = lambda key, default="": np.array([r.get(key, default) for r in self.rows])
        self.engine, self.program, self.backend, self.os = text("engine"), text("program"), text("backend"), text("os")
        self.on, self.model, self.table_class = text("on"), text("model"), text("class")
        self.flash = np.array([r.get("flash_attention", True) for r in self.rows])
        self.laptop = np.array([any(x in d for x in ("laptop", "-mobile", "/geforce-mx")) for d in self.device])
        self.ik = self.program == "ik_llama.cpp"
        self.vulkan = self.backend == "vulkan"
        self.amdvlk = self.vulkan & np.array(["amdvlk" in r.get("build", "") for r in self.rows])
        self.windows = np.array([UNKNOWN_OS_SHARE if not r.get("os") else float(r["os"] == "Windows") for r in self.rows])
        self.depth = np.array([r["depth_tokens"] for r in self.rows], float)
        self.prompt = np.array([r["prompt_tokens"] for r in self.rows], float)
        self.threads = np.array([r.get("threads") or 0 for r in self.rows], float)
        self.shapes = [self._shapes(f) for f in self.features]
        self.sharing = np.array([self._mean_log_sharing(x) for x in self.shapes])
        self.bf16_share = self.element_share[:, WEIGHTS.index("bf16")]

    def blind(self):
        """As the product is asked: nobody tells it which build or driver ran, or on what system."""
        other = copy.copy(self)
        other.amdvlk = np.zeros(self.n, bool)
        other.windows = np.full(self.n, UNKNOWN_OS_SHARE)
        other.ik = np.zeros(self.n, bool)
        return other

    @staticmethod
    def _shapes(f):
        sums = collections.Counter()
        for s in f["sites"]:
            for sharing, head, flops, window, heads, layers in s["shapes"]:
                sums[sharing, head, flops, window, heads] += layers
        return sums

    @staticmethod
    def _mean_log_sharing(shapes):
        """Mean over the attention layers of log(query heads a K/V head / 4)."""
        layers = sum(shapes.values())
        return sum(n * np.log(np.clip(x[0], 1, 8) / 4) for x, n in shapes.items()) / layers if layers else 0.0


class Constants:
    """Named constants, fitted as the log of a factor on their first guess."""

    def __init__(self):
        self.names, self.first, self.prior, self.index = [], [], [], {}

    def constant(self, name, first, prior):
        self.index[name] = len(self.names)
        self.names.append(name)
        self.first.append(first)
        self.prior.append(prior)

    def done(self):
        self.first, self.prior = np.array(self.first, float), np.array(self.prior, float)

    def values(self, theta):
        return Values(self, self.first * np.exp(theta))


class Values:
    def __init__(self, constants, value):
        self.index, self.value = constants.index, value

    def __call__(self, name):
        return self.value[self.index[name]]

    def by(self, prefix, keys):
        return np.array([self(prefix + k) for k in keys])


def moved_together(constants, runs):
    """Constants of one kind belong to different classes or families, so no run depends on two of them: they can be moved at
    once. Yields (indices, rows of each)."""
    kinds = collections.defaultdict(list)
    for name, k in constants.index.items():
        kind, _, key = name.partition("/")
        rows = slice(None)
        if key:
            rows = runs.record == key if kind.endswith("_of") else runs.cls == CLASSES.index(key)
        kinds[kind].append((k, rows))
    return list(kinds.values())


def fit(predict, constants, runs, measured, weight, scale, theta=None, steps=60, restarts=3):
    """Damped Gauss-Newton on the pseudo-Huber loss of the log ratio, with the priors as further residuals. Ceilings (the
    roofline, the highest fraction) have kinks on which a descent can stop short: it is begun again from a shrunken answer."""
    kinds = moved_together(constants, runs)
    prior = 1 / constants.prior

    def residual(t):
        return np.log(predict(constants.values(t)) / measured) / scale

    def cost(t, r):
        return (weight * 2 * (np.sqrt(1 + r * r) - 1)).sum() + ((t * prior) ** 2).sum()

    def descend(theta):
        r = residual(theta)
        best, damping = cost(theta, r), 1e-3
        for _ in range(steps):
            jacobian = np.zeros((len(r), len(theta)))
            for kind in kinds:
                moved = theta.copy()
                moved[[k for k, _ in kind]] += 1e-4
                slope = (residual(moved) - r) / 1e-4
                for k, rows in kind:
                    jacobian[rows, k] = slope[rows]
            w = weight / np.sqrt(1 + r * r)
            normal = jacobian.T @ (jacobian * w[:, None]) + np.diag(prior**2)
            gradient = jacobian.T @ (w * r) + prior**2 * theta
            improved = False
            for _ in range(10):
                step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -gradient)
                trial = theta + np.clip(step, -1, 1)
                rt = residual(trial)
                ct = cost(trial, rt)
                if np.isfinite(ct) and ct < best:
                    improved = best - ct > 1e-4 * best
                    theta, r, best, damping = trial, rt, ct, max(damping / 5, 1e-6)
                    break
                damping *= 5
            if not improved:
                break
        return best, theta

    best, theta = descend(np.zeros(len(constants.names)) if theta is None else theta.copy())
    for _ in range(restarts):
        cost_again, again = descend(theta * 0.8)
        if cost_again < best:
            best, theta = cost_again, again
    return theta


def run_weights(runs, extra=()):
    """Runs that repeat each other share a weight, and so, more weakly, do those of one device."""
    key = list(zip(runs.on, runs.model, [r["quant"] for r in runs.rows], runs.engine, runs.program, runs.backend, runs.depth, *extra))
    repeats, devices = collections.Counter(key), collections.Counter(k[0] for k in set(key))
    w = np.array([repeats[k] ** -0.5 * devices[k[0]] ** -0.35 for k in key])
    return w / w.mean()
