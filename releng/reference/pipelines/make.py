"""Reference values of whole diffusers pipelines beyond text to image: image to image, inpainting, two stages, guidance options, tiled VAE.

usage: make.py SDXL_SET OUT     (PYTHONPATH must hold diffusers)
SDXL_SET is the folder of the `sdxl` set: its tiny-sdxl-base and tiny-sdxl-refiner are the models.
"""
import functools
import json
import sys
from pathlib import Path

import torch
from diffusers import (AutoencoderKL, HeunDiscreteScheduler, StableDiffusionXLImg2ImgPipeline, StableDiffusionXLInpaintPipeline,
                       StableDiffusionXLPipeline, UNet2DConditionModel)
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler
from diffusers.callbacks import SDXLCFGCutoffCallback
from safetensors.torch import save_file

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
sdxl, out = Path(sys.argv[1]), Path(sys.argv[2])
SCHEDULERS = {
    "scheduler_turbo": EulerAncestralDiscreteScheduler, "scheduler_ddim": DDIMScheduler,
    "scheduler_dpmpp_2m": DPMSolverMultistepScheduler, "scheduler": EulerDiscreteScheduler,
}
OTHERS = {"heun": HeunDiscreteScheduler, "euler_ancestral": EulerAncestralDiscreteScheduler}
HEIGHT, WIDTH = 64, 48


def pipeline(kind, model, scheduler, unet=None):
    more = {} if unet is None else {"unet": unet}
    pipe = kind.from_pretrained(sdxl / model, **more)
    if scheduler in OTHERS:
        pipe.scheduler = OTHERS[scheduler].from_config(pipe.scheduler.config)
    elif scheduler != "scheduler":
        pipe.scheduler = SCHEDULERS[scheduler].from_pretrained(sdxl / model, subfolder=scheduler)
    pipe.set_progress_bar_config(disable=True)
    pipe.watermark = None
    return pipe


def smooth(seed, *shape):
    """A picture in [0, 1] with large and small structure."""
    coarse = torch.rand(1, shape[0], shape[1] // 8, shape[2] // 8, generator=torch.Generator().manual_seed(seed))
    fine = torch.rand(1, *shape, generator=torch.Generator().manual_seed(seed + 1))
    return 0.8 * torch.nn.functional.interpolate(coarse, size=shape[1:], mode="bilinear") + 0.2 * fine


images = {"image": smooth(1, 3, HEIGHT, WIDTH), "mask": smooth(3, 1, HEIGHT, WIDTH)}
images["latents"] = 0.9 * torch.randn(1, 4, HEIGHT // 8, WIDTH // 8, generator=torch.Generator().manual_seed(5))
images["mask"] = ((images["mask"] - images["mask"].min()) / (images["mask"].max() - images["mask"].min())).contiguous()

base = UNet2DConditionModel.from_pretrained(sdxl / "tiny-sdxl-base", subfolder="unet")
nine = UNet2DConditionModel.from_config({**base.config, "in_channels": 9})
conv = 0.2 * torch.randn(base.conv_in.weight.shape[0], 9, 3, 3, generator=torch.Generator().manual_seed(6))
nine.load_state_dict({**base.state_dict(), "conv_in.weight": conv})
nine.eval()
images["nine.conv_in.weight"] = conv

runs = {}


def run(name, kind, model, scheduler, seeds, args, image=None, mask=False, unet=None, latent_out=True, note=""):
    pipe = pipeline(kind, model, scheduler, unet)
    call = {k: tuple(v) if k.endswith(("_size", "_left")) else v for k, v in args.items()}
    if "prompts" in call:
        call["prompt"] = call.pop("prompts")
    if image is not None:
        call["image"] = image if isinstance(image, torch.Tensor) else images[image]
    if mask:
        call["mask_image"] = images["mask"]
    if kind is not StableDiffusionXLImg2ImgPipeline:
        call["height"], call["width"] = HEIGHT, WIDTH
    if "guidance_cutoff" in call:
        call["callback_on_step_end"] = SDXLCFGCutoffCallback(cutoff_step_ratio=None, cutoff_step_index=call.pop("guidance_cutoff"))
    tensors = {}
    step = pipe.scheduler.step
    count = [0]

    @functools.wraps(step)
    def traced(model_output, timestep, sample, *a, **k):
        result = step(model_output, timestep, sample, *a, **k)
        tensors[f"step{count[0]}.latents"] = result[0].clone()
        tensors[f"step{count[0]}.timestep"] = torch.tensor([float(timestep)])
        count[0] += 1
        return result

    pipe.scheduler.step = traced
    generators = [torch.Generator().manual_seed(s) for s in seeds]
    # a picture must be given once per generator where the pipeline encodes it itself
    if len(seeds) > 1 and call.get("image") is not None and kind is StableDiffusionXLInpaintPipeline:
        call["image"] = call["image"].repeat(len(seeds), 1, 1, 1)
        call["mask_image"] = call["mask_image"].repeat(len(seeds), 1, 1, 1)
    result = pipe(**call, generator=generators, output_type="latent").images
    tensors["latents_final"] = result
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / f"{name}.safetensors")
    runs[name] = {"model": model, "scheduler": scheduler, "seeds": seeds, "args": args, "mask": mask, "nine_channels": unet is not None}
    if isinstance(image, str):
        runs[name]["image"] = image
    if note:
        runs[name]["note"] = note
    print(name, count[0], float(result.abs().max()))
    return result


T, I, M = StableDiffusionXLPipeline, StableDiffusionXLImg2ImgPipeline, StableDiffusionXLInpaintPipeline
BASE, REFINER = "tiny-sdxl-base", "tiny-sdxl-refiner"
P = {"prompt": "a red apple on a table", "num_inference_steps": 6, "guidance_scale": 4.0}

run("img2img_euler", I, BASE, "scheduler", [11], {**P, "strength": 0.55}, "image")
run("img2img_turbo", I, BASE, "scheduler_turbo", [12], {**P, "num_inference_steps": 4, "guidance_scale": 0.0, "strength": 0.5}, "image")
run("img2img_ddim", I, BASE, "scheduler_ddim", [13], {**P, "negative_prompt": "blue", "strength": 0.7}, "image")
run("img2img_dpmpp", I, BASE, "scheduler_dpmpp_2m", [14], {**P, "strength": 0.8}, "image")
run("img2img_heun", I, BASE, "heun", [15], {**P, "strength": 0.5}, "image")
run("img2img_full_strength", I, BASE, "scheduler", [16], {**P, "strength": 1.0}, "image")
run("img2img_batch", I, BASE, "scheduler_turbo", [17, 18],
    {"prompts": ["a red apple", "a blue star"], "num_inference_steps": 4, "guidance_scale": 3.0, "strength": 0.6}, "image",
    note="one picture, two prompts")
run("sdedit_base", I, BASE, "scheduler", [19], {**P, "strength": 0.4}, "latents")
run("sdedit_refiner", I, REFINER, "scheduler", [20],
    {**P, "strength": 0.3, "num_inference_steps": 10, "aesthetic_score": 7.5, "negative_aesthetic_score": 1.5, "original_size": [80, 72],
     "crops_coords_top_left": [4, 8], "negative_original_size": [32, 40], "negative_crops_coords_top_left": [2, 6]}, "latents")
run("img2img_refiner", I, REFINER, "scheduler", [21], {**P, "strength": 0.5, "negative_prompt": ""}, "image")
run("img2img_no_noise", I, BASE, "scheduler", [22], {**P, "denoising_start": 0.6}, "image",
    note="denoising_start with a picture: encoded, no noise added")
run("inpaint_euler", M, BASE, "scheduler", [31], {**P, "strength": 0.6}, "image", True)
run("inpaint_turbo", M, BASE, "scheduler_turbo", [32], {**P, "num_inference_steps": 5, "guidance_scale": 0.0, "strength": 0.8}, "image", True,
    note="the masked picture is encoded too, with a draw of its own")
run("inpaint_full_strength", M, BASE, "scheduler_ddim", [33], {**P, "strength": 1.0}, "image", True)
run("inpaint_turbo_full_strength", M, BASE, "scheduler_turbo", [34], {**P, "num_inference_steps": 4, "strength": 1.0}, "image", True)
run("inpaint_latents", M, BASE, "scheduler", [35], {**P, "strength": 0.7}, "latents", True)
run("inpaint_until", M, BASE, "scheduler", [36], {**P, "strength": 1.0, "denoising_end": 0.6}, "image", True)
run("inpaint_from", M, BASE, "scheduler", [37], {**P, "strength": 1.0, "denoising_start": 0.5}, "latents", True)
run("inpaint_batch", M, BASE, "scheduler_turbo", [38, 39],
    {"prompts": ["a red apple", "a blue star"], "num_inference_steps": 4, "guidance_scale": 3.0, "strength": 0.8}, "image", True)
run("inpaint_nine", M, BASE, "scheduler_turbo", [40], {**P, "strength": 0.7}, "image", True, nine)
run("inpaint_nine_full_strength", M, BASE, "scheduler", [41], {**P, "strength": 1.0}, "image", True, nine)
run("rescale", T, BASE, "scheduler", [51], {**P, "guidance_rescale": 0.7})
run("cutoff", T, BASE, "scheduler", [52], {**P, "guidance_cutoff": 2}, note="steps 0 to 2 are guided, later ones conditional alone")
run("negative_sizes", T, BASE, "scheduler", [53],
    {**P, "original_size": [100, 90], "crops_coords_top_left": [3, 5], "target_size": [64, 64], "negative_original_size": [32, 30],
     "negative_crops_coords_top_left": [7, 9], "negative_target_size": [48, 40]})
run("heun", T, BASE, "heun", [54], P)
for scheduler, end in (("heun", 0.5), ("scheduler_dpmpp_2m", 0.7)):
    name = f"handoff_{scheduler.removeprefix('scheduler_')}_{str(end).replace('.', '')}"
    noisy = run(f"{name}_base", T, BASE, scheduler, [61], {**P, "num_inference_steps": 8, "denoising_end": end})
    if scheduler == "heun":
        images[f"{name}_base"] = noisy
        run(f"{name}_refiner", I, REFINER, scheduler, [62], {**P, "num_inference_steps": 8, "denoising_start": end}, f"{name}_base")

both = {}
for way, first, second in (("handoff", {"denoising_end": 0.6}, {"denoising_start": 0.6}), ("again", {}, {"strength": 0.4})):
    generators = [torch.Generator().manual_seed(s) for s in (81, 82)]
    args = {"prompt": ["a red apple", "a blue star"], "num_inference_steps": 8, "guidance_scale": 3.0, "output_type": "latent"}
    drawn = pipeline(T, BASE, "euler_ancestral")(**args, **first, height=HEIGHT, width=WIDTH, generator=generators).images
    refined = pipeline(I, REFINER, "euler_ancestral")(**args, **second, image=drawn, generator=generators).images
    both[f"{way}.base"], both[f"{way}.refined"] = drawn, refined
save_file({k: v.contiguous() for k, v in both.items()}, out / "two_stages.safetensors")

vae = AutoencoderKL.from_pretrained(sdxl / BASE, subfolder="vae")
vae.tile_sample_min_size, vae.tile_latent_min_size = 32, 4
tiles = {}
with torch.no_grad():
    for name, h, w in (("wide", 8, 11), ("tall", 10, 4), ("odd", 7, 5)):
        z = torch.randn(1, 4, h, w, generator=torch.Generator().manual_seed(70 + h))
        vae.disable_tiling()
        tiles[f"{name}.z"] = z
        vae.enable_tiling()
        decoded = vae.decode(z).sample
        tiles[f"{name}.decoded"] = decoded
        tiles[f"{name}.moments"] = vae.encode(decoded.clamp(-1, 1)).latent_dist.parameters
        posterior = vae.encode(decoded.clamp(-1, 1)).latent_dist
    tiles["sample"] = posterior.sample(torch.Generator().manual_seed(71))
    tiles["mode"] = posterior.mode()
save_file({k: v.contiguous() for k, v in tiles.items()}, out / "vae_tiled.safetensors")
save_file({k: v.contiguous() for k, v in images.items()}, out / "inputs.safetensors")
(out / "runs.json").write_text(json.dumps(runs, indent=1) + "\n")
