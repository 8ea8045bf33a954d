"""Reference values of diffusers' schedulers, step by step.

    PYTHONPATH=<diffusers>/src python make.py

needs torch, numpy, safetensors and scipy. Writes golden.safetensors and cases.json beside this file. What the U-Net "says" and the noise
that schedulers draw come from two fixed lists, so that every case is small.
"""
import importlib.machinery
import json
import math
import os
import sys
import types

import torch

try:
    import torchsde  # noqa: F401  (diffusers imports it; its Brownian motion is replaced below)
except ImportError:
    sys.modules["torchsde"] = types.ModuleType("torchsde")
    sys.modules["torchsde"].__spec__ = importlib.machinery.ModuleSpec("torchsde", None)

import diffusers
import diffusers.schedulers.scheduling_dpmsolver_sde
from safetensors.torch import save_file

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
SHAPE = (1, 2, 2, 2)
MOST_CALLS = 64
BASE = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)

generator = torch.Generator().manual_seed(20)
OUTPUTS = torch.randn((MOST_CALLS, *SHAPE), generator=generator)
NOISES = torch.randn((MOST_CALLS, *SHAPE), generator=generator)
START = torch.randn(SHAPE, generator=generator)
CLEAN = torch.randn(SHAPE, generator=generator)


class Draws:
    """Stands in for randn_tensor: the fixed noises in the order in which they are asked for."""

    def __init__(self):
        self.count = 0

    def __call__(self, shape, **kwargs):
        self.count += 1
        return NOISES[self.count - 1].reshape(shape).clone()


class Brownian:
    """W over each asked interval of sigma, divided by the root of its length; the middle of a step is asked for first."""

    def __init__(self, draws):
        self.draws = draws
        self.start = None

    def __call__(self, sigma, sigma_next):
        sigma, sigma_next = float(sigma), float(sigma_next)
        new = self.draws(SHAPE)
        if self.start is None:
            self.start, self.middle = sigma, sigma_next
            self.path = math.sqrt(sigma - sigma_next) * new
        else:
            assert abs(sigma - self.start) < 1e-4
            self.path = self.path + math.sqrt(self.middle - sigma_next) * new
            self.start = None
        return self.path / math.sqrt(sigma - sigma_next)


def run(name, cls, config, steps, begin=0, eta=None):
    found = getattr(diffusers.schedulers.scheduling_dpmsolver_sde, cls, None) or getattr(diffusers, cls)
    arguments = {**BASE, **config}
    if cls == SINGLE:
        arguments.pop("steps_offset")
    scheduler = found(**arguments)
    module = sys.modules[type(scheduler).__module__]
    draws = Draws()
    if hasattr(module, "randn_tensor"):
        module.randn_tensor = draws
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "noise_sampler"):
        scheduler.noise_sampler = Brownian(draws)
    timesteps = scheduler.timesteps
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    sample = START * scheduler.init_noise_sigma
    tensors = {}
    if begin > 0:
        sample = scheduler.add_noise(CLEAN, START, timesteps[begin:begin + 1])
        tensors["start"] = sample
    scale, drawn, samples, originals = [], [], [], []
    for i, t in enumerate(timesteps[begin:]):
        scale.append(float(scheduler.scale_model_input(torch.ones(SHAPE), t).flatten()[0]))
        before = draws.count
        kwargs = {} if eta is None else {"eta": eta}
        result = scheduler.step(OUTPUTS[i], t, sample, return_dict=True, **kwargs)
        sample = result.prev_sample
        drawn.append(draws.count - before)
        samples.append(sample)
        original = getattr(result, "pred_original_sample", None)
        original = getattr(result, "denoised", original)
        if original is not None:
            originals.append(original)
    assert torch.isfinite(torch.stack(samples)).all(), name
    tensors["schedule"] = torch.stack([timesteps[begin:].float(), torch.tensor(scale), torch.tensor(drawn).float()])
    tensors["samples"] = torch.stack(samples)
    if originals:
        tensors["originals"] = torch.stack(originals)
    case = {"config": {**config, "_class_name": cls}, "steps": steps, "begin": begin, "calls": len(timesteps),
            "order": getattr(scheduler, "order", 1), "init_noise_sigma": float(scheduler.init_noise_sigma)}
    if eta is not None:
        case["config"]["eta"] = eta
    return case, {f"{name}.{k}": v.float().contiguous() for k, v in tensors.items()}


EULER, EULER_A, HEUN = "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "HeunDiscreteScheduler"
DPM2, DPM2_A, SDE = "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler", "DPMSolverSDEScheduler"
MULTI, SINGLE, UNIPC = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "UniPCMultistepScheduler"
LMS, DDIM, LCM = "LMSDiscreteScheduler", "DDIMScheduler", "LCMScheduler"
SAMPLE = (EULER, HEUN, MULTI, SINGLE, UNIPC, LMS, DDIM, LCM)
ZERO_SNR = (EULER, EULER_A, MULTI, UNIPC, DDIM, LCM)
CURVES = (EULER, HEUN, DPM2, DPM2_A, SDE, MULTI, SINGLE, UNIPC, LMS)
SHORT = {EULER: "euler", EULER_A: "euler_a", HEUN: "heun", DPM2: "dpm2", DPM2_A: "dpm2_a", SDE: "dpm_sde", MULTI: "dpm_m", SINGLE: "dpm_s",
         UNIPC: "unipc", LMS: "lms", DDIM: "ddim", LCM: "lcm"}


def wanted():
    for cls in SHORT:
        spacings = ("linspace",) if cls == SINGLE else ("leading",) if cls == LCM else ("leading", "linspace", "trailing")
        predictions = ("epsilon", "v_prediction") + (("sample",) if cls in SAMPLE else ())
        plain = {"clip_sample": False} if cls == DDIM else {}
        for spacing in spacings:
            for prediction in predictions:
                for steps in (1, 2, 4, 10, 25):
                    if steps == 25 and (prediction != "epsilon" or cls in (HEUN, DPM2, DPM2_A, SDE)):
                        continue
                    if cls == DPM2_A and spacing == "linspace" and steps == 2:
                        continue  # the middle timestep is the difference of two nearly equal numbers
                    config = {**plain, "prediction_type": prediction}
                    if cls != SINGLE:
                        config["timestep_spacing"] = spacing
                    yield f"{spacing}_{prediction}_{steps}", cls, config, steps, {}
        if cls in CURVES:
            for curve in ("karras", "exponential", "beta"):
                for steps in (1, 4, 7):
                    config = {f"use_{curve}_sigmas": True}
                    if cls != SINGLE:
                        config["timestep_spacing"] = "leading" if cls in (EULER, LMS) else "linspace"
                    yield f"{curve}_{steps}", cls, config, steps, {}
        if cls in ZERO_SNR:
            for steps in (1, 4):
                yield f"zero_snr_{steps}", cls, {**plain, "rescale_betas_zero_snr": True, "prediction_type": "v_prediction",
                                                 "timestep_spacing": "leading" if cls == LCM else "trailing"}, steps, {}
        order = 2 if cls in (HEUN, DPM2, DPM2_A, SDE) else 1
        if cls not in (DDIM,):
            for begin in (1, 3):
                yield f"from_{begin}", cls, dict(plain), 6, {"begin": begin * order}
        if cls not in (EULER_A, DPM2, DPM2_A, SDE):  # rounding gives these the root of a negative number
            yield "cosine", cls, {**plain, "beta_schedule": "squaredcos_cap_v2"}, 4, {}
        yield "linear", cls, {**plain, "beta_schedule": "linear"}, 4, {}
    yield "from_3", DDIM, {"clip_sample": False}, 6, {"begin": 3}

    for algorithm in ("dpmsolver++", "sde-dpmsolver++", "dpmsolver", "sde-dpmsolver"):
        for solver in ("midpoint", "heun"):
            for solver_order in (1, 2, 3):
                if algorithm == "sde-dpmsolver" and solver_order == 3:
                    continue
                final = "zero" if algorithm.endswith("++") else "sigma_min"
                config = dict(algorithm_type=algorithm, solver_type=solver, solver_order=solver_order, final_sigmas_type=final)
                for prediction in ("epsilon", "v_prediction", "sample"):
                    yield f"{algorithm}_{solver}_{solver_order}_{prediction}", MULTI, {**config, "prediction_type": prediction}, 6, {}
                    if algorithm != "sde-dpmsolver":
                        yield f"{algorithm}_{solver}_{solver_order}_{prediction}", SINGLE, {**config, "prediction_type": prediction}, 6, {}
                yield f"{algorithm}_{solver}_{solver_order}_long", MULTI, config, 16, {}
                if algorithm != "sde-dpmsolver":
                    yield f"{algorithm}_{solver}_{solver_order}_odd", SINGLE, config, 7, {}
                    yield f"{algorithm}_{solver}_{solver_order}_eight", SINGLE, {**config, "lower_order_final": True}, 8, {}
    yield "sigma_min", EULER, {"final_sigmas_type": "sigma_min"}, 4, {}
    yield "ends", EULER, {"use_karras_sigmas": True, "sigma_min": 0.1, "sigma_max": 10.0}, 5, {}
    yield "ends", UNIPC, {"use_karras_sigmas": True, "sigma_min": 0.1, "sigma_max": 10.0}, 5, {}
    yield "sigma_min", MULTI, {"final_sigmas_type": "sigma_min", "lower_order_final": False, "solver_order": 3}, 6, {}
    yield "euler_at_final", MULTI, {"euler_at_final": True, "final_sigmas_type": "sigma_min", "lower_order_final": False}, 6, {}
    yield "lu", MULTI, {"use_lu_lambdas": True}, 6, {}
    yield "clipped", MULTI, {"lambda_min_clipped": -2.0}, 6, {}
    yield "clipped", SINGLE, {"lambda_min_clipped": -2.0}, 6, {}
    for cls in (MULTI, SINGLE, UNIPC, DDIM, LCM):
        yield "thresholding", cls, {"thresholding": True, "sample_max_value": 1.5, "dynamic_thresholding_ratio": 0.7}, 5, {}
    yield "thresholding_noise", MULTI, {"thresholding": True, "sample_max_value": 1.5, "dynamic_thresholding_ratio": 0.7,
                                        "algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min"}, 5, {}
    for solver in ("bh1", "bh2"):
        for x0 in (True, False):
            for solver_order in (1, 2, 3, 4):
                for prediction in ("epsilon", "v_prediction", "sample"):
                    yield f"{solver}_{'x0' if x0 else 'noise'}_{solver_order}_{prediction}", UNIPC, dict(
                        solver_type=solver, predict_x0=x0, solver_order=solver_order, final_sigmas_type="sigma_min",
                        prediction_type=prediction), 7, {}
    yield "zero_3", UNIPC, {"solver_order": 3}, 7, {}
    yield "uncorrected", UNIPC, {"disable_corrector": [0, 2]}, 6, {}
    yield "full_order", UNIPC, {"lower_order_final": False, "final_sigmas_type": "sigma_min", "solver_order": 3}, 6, {}
    yield "sigma_min_karras", UNIPC, {"use_karras_sigmas": True, "final_sigmas_type": "sigma_min"}, 6, {}
    for eta in (0.5, 1.0):
        for prediction in ("epsilon", "v_prediction", "sample"):
            yield f"eta_{eta}_{prediction}", DDIM, {"clip_sample": False, "prediction_type": prediction}, 5, {"eta": eta}
    yield "clip", DDIM, {"clip_sample": True, "clip_sample_range": 0.7}, 5, {}
    yield "not_to_one", DDIM, {"clip_sample": False, "set_alpha_to_one": False}, 5, {}
    yield "clip", HEUN, {"clip_sample": True, "clip_sample_range": 0.7}, 5, {}
    yield "clip", LCM, {"clip_sample": True, "clip_sample_range": 0.7}, 5, {}
    yield "original_20", LCM, {"original_inference_steps": 20, "timestep_scaling": 2.0}, 6, {}


cases = {}
tensors = {"outputs": OUTPUTS, "noises": NOISES, "x0": START, "clean": CLEAN}
for suffix, cls, config, steps, more in wanted():
    name = f"{SHORT[cls]}_{suffix}"
    assert name not in cases, name
    cases[name], saved = run(name, cls, config, steps, **more)
    tensors.update(saved)
save_file(tensors, os.path.join(HERE, "golden.safetensors"))
with open(os.path.join(HERE, "cases.json"), "w") as out:
    out.write('{\n"base": ' + json.dumps(BASE) + ',\n"cases": {\n' + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in cases.items()) + "\n}}\n")
print(len(cases), "cases")
