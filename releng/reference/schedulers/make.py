"""Reference values of diffusers' schedulers, step by step, and of DPM++ 2S ancestral, which diffusers lacks, by its published formula.

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

import numpy as np
import torch

try:
    import torchsde  # noqa: F401  (diffusers imports it; its Brownian motion is replaced below)
except ImportError:
    sys.modules["torchsde"] = types.ModuleType("torchsde")
    sys.modules["torchsde"].__spec__ = importlib.machinery.ModuleSpec("torchsde", None)

import diffusers
import diffusers.schedulers.scheduling_dpmsolver_sde
from diffusers.schedulers.scheduling_utils import AysSchedules
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


def given_sigmas(config, steps):
    """Curves that diffusers has no flag for, and takes as sigmas: the last is 0."""
    if config.get("use_ays_sigmas"):
        ten = AysSchedules["StableDiffusionXLSigmas"]
        if steps == len(ten) - 1:
            return ten
        levels = np.log(ten[:-1] + [0.029])  # the least level of training stands for 0
        places = np.linspace(0, 1, steps + 1)[:-1]
        return np.append(np.exp(np.interp(places, np.linspace(0, 1, len(levels)), levels)), 0)
    if config.get("use_kl_optimal_sigmas"):
        plain = diffusers.EulerDiscreteScheduler(**BASE)
        plain.set_timesteps(steps)
        large, small = float(plain.sigmas[0]), float(plain.sigmas[-2])
        places = np.linspace(0, 1, steps)
        return np.append(np.tan(places * math.atan(small) + (1 - places) * math.atan(large)), 0)  # Sabour et al. 2024, theorem 3.1
    return None


def discretised(config, steps):
    """EulerDiscreteScheduler with any curve."""
    scheduler = diffusers.EulerDiscreteScheduler(**{**BASE, **{k: v for k, v in config.items() if k not in OWN}})
    sigmas = given_sigmas(config, steps)
    scheduler.set_timesteps(steps) if sigmas is None else scheduler.set_timesteps(sigmas=sigmas)
    return scheduler


def curve_of(scheduler, config, steps):
    """Gives a scheduler the timesteps and sigmas of a curve that diffusers does not give it."""
    euler = discretised(config, steps)
    scheduler.sigmas, scheduler.timesteps = euler.sigmas, euler.timesteps
    if isinstance(scheduler, diffusers.DPMSolverMultistepScheduler):
        scheduler.timesteps = euler.timesteps.round()


def run(name, cls, config, steps, begin=0, eta=None):
    found = getattr(diffusers.schedulers.scheduling_dpmsolver_sde, cls, None) or getattr(diffusers, cls)
    arguments = {**BASE, **{k: v for k, v in config.items() if k not in OWN and not (cls == EULER_A and k in OF_CURVES)}}
    if cls == SINGLE:
        arguments.pop("steps_offset")
    scheduler = found(**arguments)
    module = sys.modules[type(scheduler).__module__]
    draws = Draws()
    if hasattr(module, "randn_tensor"):
        module.randn_tensor = draws
    scheduler.set_timesteps(steps)
    if any(k in config for k in OWN) or cls == EULER_A and any(k in config for k in OF_CURVES):
        curve_of(scheduler, config, steps)
    if hasattr(scheduler, "noise_sampler"):
        scheduler.noise_sampler = Brownian(draws)
    if cls == SA:
        scheduler.sigmas = scheduler.sigmas.double()  # in single precision its coefficients cancel
        if eta is not None:
            scheduler.tau_func = lambda t: eta if 200 <= t <= 800 else 0
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
        kwargs = {} if eta is None or cls == SA else {"eta": eta}
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


def two_stage_ancestral(name, config, steps, begin=0, eta=1.0):
    """DPM++ 2S ancestral in double precision, one entry per call of the U-Net.

    Each step from sigma to sigma' goes down to sigma_down by DPM-Solver++(2S) (Lu et al. 2022, DPM-Solver++, algorithm 1, where alpha = 1 and
    lambda = -log sigma, with r = 1/2) and up again with noise of sigma_up (Song et al. 2020, DDIM, equation 16, in terms of
    sigma as in k-diffusion). The last step, to sigma = 0, is one of first order. Timesteps and sigmas are those of EulerDiscreteScheduler.
    """
    euler = discretised(config, steps)
    sigmas = euler.sigmas.double().tolist()
    bar = euler.alphas_cumprod.double()
    trained = ((1 - bar) / bar).sqrt().log().tolist()
    outputs, noises = OUTPUTS.double(), NOISES.double()

    def timestep(sigma):
        log = math.log(sigma)
        low = max(t for t in range(len(trained) - 1) if trained[t] <= log or t == 0)
        return low + (log - trained[low]) / (trained[low + 1] - trained[low])

    def original(output, sample, sigma):
        if config.get("prediction_type") == "v_prediction":
            return sample / (sigma ** 2 + 1) - sigma / math.sqrt(sigma ** 2 + 1) * output
        return sample - sigma * output

    def toward(sample, x0, sigma, to):
        """Equation of first order: x_t = sigma_t / sigma_s x_s - alpha_t (e^-h - 1) x0."""
        h = math.log(sigma) - math.log(to)
        return to / sigma * sample - math.expm1(-h) * x0

    r = 0.5
    unit = START.double()
    sample = unit * float(euler.init_noise_sigma) if begin == 0 else CLEAN.double() + unit * sigmas[begin // 2]
    tensors = {} if begin == 0 else {"start": sample}
    told, scale, drawn, samples, originals, calls = [], [], [], [], [], 0
    for i, (sigma, following) in enumerate(zip(sigmas[begin // 2:-1], sigmas[begin // 2 + 1:])):
        x0 = original(outputs[calls], sample, sigma)
        told.append(float(euler.timesteps[begin // 2 + i]))
        scale.append(1 / math.sqrt(sigma ** 2 + 1))
        drawn.append(0)
        originals.append(x0)
        calls += 1
        if following == 0:
            sample = x0
            samples.append(sample)
            continue
        up = eta * math.sqrt(following ** 2 * (sigma ** 2 - following ** 2) / sigma ** 2)
        down = math.sqrt(following ** 2 - up ** 2)
        h = math.log(sigma) - math.log(down)
        middle = sigma * math.exp(-r * h)
        u = toward(sample, x0, sigma, middle)
        samples.append(u)
        second = original(outputs[calls], u, middle)
        told.append(timestep(middle))
        scale.append(1 / math.sqrt(middle ** 2 + 1))
        drawn.append(1 if eta > 0 else 0)
        originals.append(second)
        calls += 1
        sample = toward(sample, (1 - 1 / (2 * r)) * x0 + 1 / (2 * r) * second, sigma, down) + up * noises[max(0, sum(drawn) - 1)]
        samples.append(sample)
    tensors["schedule"] = torch.tensor([told, scale, drawn])
    tensors["samples"] = torch.stack(samples)
    tensors["originals"] = torch.stack(originals)
    case = {"config": {**config, "_class_name": DPMPP_2S_A}, "steps": steps, "begin": begin, "calls": 2 * steps - 1, "order": 2,
            "init_noise_sigma": float(euler.init_noise_sigma)}
    if eta != 1:
        case["config"]["eta"] = eta
    return case, {f"{name}.{k}": v.float().contiguous() for k, v in tensors.items()}


EULER, EULER_A, HEUN = "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "HeunDiscreteScheduler"
DPM2, DPM2_A, SDE = "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler", "DPMSolverSDEScheduler"
MULTI, SINGLE, UNIPC = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "UniPCMultistepScheduler"
LMS, DDIM, LCM = "LMSDiscreteScheduler", "DDIMScheduler", "LCMScheduler"
DEIS, DDPM, PNDM, TCD, SA = "DEISMultistepScheduler", "DDPMScheduler", "PNDMScheduler", "TCDScheduler", "SASolverScheduler"
DPMPP_2S_A = "DPMPP2SAncestralSampler"  # sgm's name
SAMPLE = (EULER, HEUN, MULTI, SINGLE, UNIPC, LMS, DDIM, LCM, DEIS, DDPM, TCD, SA)
ZERO_SNR = (EULER, EULER_A, MULTI, UNIPC, DDIM, LCM, DDPM, TCD)
CURVES = (EULER, HEUN, DPM2, DPM2_A, SDE, MULTI, SINGLE, UNIPC, LMS, DEIS, DPMPP_2S_A, SA)
OWN = ("use_ays_sigmas", "use_kl_optimal_sigmas")
OF_CURVES = ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas")
TWO_CALLS = (HEUN, DPM2, DPM2_A, SDE, DPMPP_2S_A)
SHORT = {EULER: "euler", EULER_A: "euler_a", HEUN: "heun", DPM2: "dpm2", DPM2_A: "dpm2_a", SDE: "dpm_sde", MULTI: "dpm_m", SINGLE: "dpm_s",
         UNIPC: "unipc", LMS: "lms", DDIM: "ddim", LCM: "lcm", DEIS: "deis", DDPM: "ddpm", PNDM: "pndm", TCD: "tcd", DPMPP_2S_A: "dpmpp_2s_a", SA: "sa"}
PLAIN = {DDIM: {"clip_sample": False}, DDPM: {"clip_sample": False}, PNDM: {"skip_prk_steps": True}}


def wanted():
    for cls in SHORT:
        spacings = ("linspace",) if cls == SINGLE else ("leading",) if cls in (LCM, TCD) else ("leading", "linspace", "trailing")
        predictions = ("epsilon", "v_prediction") + (("sample",) if cls in SAMPLE else ())
        plain = PLAIN.get(cls, {})
        for spacing in spacings:
            for prediction in predictions:
                for steps in (1, 2, 4, 10, 25):
                    if steps == 25 and (prediction != "epsilon" or cls in TWO_CALLS):
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
                                                 "timestep_spacing": "leading" if cls in (LCM, TCD) else "trailing"}, steps, {}
        order = 2 if cls in TWO_CALLS else 1
        if cls not in (DDIM,):
            for begin in (1, 3):
                yield f"from_{begin}", cls, dict(plain), 6, {"begin": begin * order}
        if cls not in (EULER_A, DPM2, DPM2_A, SDE, DPMPP_2S_A):  # rounding gives these the root of a negative number
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

    for solver_order in (1, 2, 3):
        for final in (True, False):
            for steps in (6, 16):
                yield f"{solver_order}_{'lower' if final else 'full'}_{steps}", DEIS, {"solver_order": solver_order, "lower_order_final": final}, steps, {}
    yield "3_karras", DEIS, {"solver_order": 3, "use_karras_sigmas": True}, 8, {}
    for cls in (DEIS, DDPM):
        yield "thresholding", cls, {"thresholding": True, "sample_max_value": 1.5, "dynamic_thresholding_ratio": 0.7}, 5, {}
    for variance in ("fixed_small_log", "fixed_large"):
        for prediction in ("epsilon", "v_prediction", "sample"):
            yield f"{variance}_{prediction}", DDPM, {"clip_sample": False, "variance_type": variance, "prediction_type": prediction}, 5, {}
    yield "clip", DDPM, {"clip_sample": True, "clip_sample_range": 0.7}, 5, {}
    for eta in (0.0, 0.5, 1.0):
        for prediction in ("epsilon", "v_prediction", "sample"):
            yield f"eta_{eta}_{prediction}", TCD, {"prediction_type": prediction}, 5, {"eta": eta}
    yield "original_20", TCD, {"original_inference_steps": 20}, 6, {}
    yield "to_one", PNDM, {"skip_prk_steps": True, "set_alpha_to_one": True}, 6, {}
    for spacing in ("leading", "linspace", "trailing"):
        for prediction in ("epsilon", "v_prediction"):
            for steps in (4, 5, 10):
                yield f"prk_{spacing}_{prediction}_{steps}", PNDM, {"timestep_spacing": spacing, "prediction_type": prediction}, steps, {}
    for algorithm in ("data_prediction", "noise_prediction"):
        for predictor, corrector in ((1, 1), (2, 1), (1, 3), (3, 2), (3, 4), (4, 4)):
            yield f"{algorithm}_{predictor}_{corrector}", SA, dict(algorithm_type=algorithm, predictor_order=predictor, corrector_order=corrector), 8, {}
        yield f"{algorithm}_full", SA, dict(algorithm_type=algorithm, predictor_order=3, corrector_order=3, lower_order_final=False), 8, {}
        for eta in (0.0, 0.6):
            yield f"{algorithm}_eta_{eta}", SA, dict(algorithm_type=algorithm), 8, {"eta": eta}
    yield "thresholding", SA, {"thresholding": True, "sample_max_value": 1.5, "dynamic_thresholding_ratio": 0.7}, 5, {}
    yield "clipped", SA, {"lambda_min_clipped": -2.0}, 6, {}
    for eta in (0.0, 0.4):
        for steps in (4, 10):
            yield f"eta_{eta}_{steps}", DPMPP_2S_A, {"prediction_type": "epsilon"}, steps, {"eta": eta}
    for cls in (EULER, EULER_A, MULTI, DPMPP_2S_A):
        for steps in (2, 4, 10):
            for own in OWN:
                yield f"{own.split('_')[1]}_{steps}", cls, {own: True, "timestep_spacing": "linspace"}, steps, {}
    for curve in OF_CURVES:
        for steps in (1, 4, 7):
            yield f"{curve.split('_')[1]}_{steps}", EULER_A, {curve: True, "timestep_spacing": "linspace"}, steps, {}


cases = {}
tensors = {"outputs": OUTPUTS, "noises": NOISES, "x0": START, "clean": CLEAN}
for suffix, cls, config, steps, more in wanted():
    name = f"{SHORT[cls]}_{suffix}"
    assert name not in cases, name
    cases[name], saved = two_stage_ancestral(name, config, steps, **more) if cls == DPMPP_2S_A else run(name, cls, config, steps, **more)
    tensors.update(saved)
save_file(tensors, os.path.join(HERE, "golden.safetensors"))
with open(os.path.join(HERE, "cases.json"), "w") as out:
    out.write('{\n"base": ' + json.dumps(BASE) + ',\n"cases": {\n' + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in cases.items()) + "\n}}\n")
print(len(cases), "cases")
