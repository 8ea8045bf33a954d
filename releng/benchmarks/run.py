#!/usr/bin/env python3
"""Measures Refract beside its Python peers in one run and writes the table to RESULTS.md.

usage: run.py [--venv FOLDER] [--diffusers FOLDER] [--threads 1,2] [--turns 3] [--only sae,libraries,unet,picture,start,busy,memory,load]
              [--full-width]

The peers run in a virtual environment outside the tree (made on first use; it needs torch, and diffusers with
transformers for the U-Net rows; a source tree of diffusers can be named with --diffusers). Refract and its peers take turns
and the medians are compared, so that a busy machine is busy for all. Parts that are not measured keep their rows in the table.
--only load writes a checkpoint of SDXL's full size, 7 GB, into the cache folder and opens it; it wants 20 GB of free memory and
is left out unless it is named.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
REFRACT = [str(TREE / "refract")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "refract" / "benchmarks"
    parser.add_argument("--venv", type=pathlib.Path, default=cache / "venv")
    parser.add_argument("--diffusers", type=pathlib.Path, help="src folder of a diffusers source tree")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--turns", type=int, default=3, help="how often each side runs")
    parser.add_argument("--only", default="sae,libraries,unet,picture,start,busy,memory")
    parser.add_argument("--full-width", action="store_true", help="also time a U-Net of SDXL's full width (writes 2.5 GB)")
    a = parser.parse_args()
    a.cache = cache
    return a


def python(a):
    """The peers' interpreter; makes the environment if it is missing."""
    executable = a.venv / "bin" / "python"
    if not executable.exists():
        print(f"making {a.venv}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", a.venv], check=True)
        packages = ["torch", "numpy", "safetensors", "transformers", "accelerate", "requests", "pillow"]
        packages += [] if a.diffusers else ["diffusers"]
        subprocess.run([executable, "-m", "pip", "install", "-q", *packages], check=True)
    return str(executable)


def run(command, **environment):
    """Standard output of a command, and how long it took; its error output is shown if it fails."""
    start = time.perf_counter()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout, time.perf_counter() - start


def measured(command, **environment):
    """The JSON object on the last line that a command prints."""
    return json.loads(run(command, **environment)[0].strip().splitlines()[-1])


def turns(a, *sides):
    """Medians by key of every side, each run so many times, in turn."""
    rounds = [[side() for side in sides] for _ in range(a.turns)]
    return [{key: statistics.median(run[key] for run in runs) for key in runs[0] if isinstance(runs[0][key], (int, float))}
            for runs in zip(*rounds)]


def ours_on(threads):
    """Environment in which Refract uses so many threads per operation."""
    return {"REFRACT_JAVA_OPTIONS": f"-Drefract.threads={threads}"}


def mebibytes(side):
    return f"{side['peak_mib']:,.0f} MiB"


def milliseconds(seconds):
    return f"{seconds * 1000:,.0f} ms" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def sae_rows(a):
    for threads in a.threads.split(","):
        size = ["--threads", threads]
        peer, ours = turns(a, lambda: measured([python(a), HERE / "peers" / "sae_step.py", "--rounds", 3, *size]),
                           lambda: measured([*REFRACT, "bench", "sae", "--json"], **ours_on(threads)))
        name = f"SAE step, d 1280, n 5120, k 10, batch 4096, {threads} threads"
        yield name, "one bare encoder product", milliseconds(ours["product"]), milliseconds(ours["step"]), ours["step"] / ours["product"], "≤ 1.4"
        yield name, "sparse product (as sdxl-unbox), PyTorch", milliseconds(peer["sparse"]), milliseconds(ours["step"]), ours["step"] / peer["sparse"], "≤ 0.4"
        yield name, "bare encoder product, PyTorch", milliseconds(peer["product"]), milliseconds(ours["product"]), ours["product"] / peer["product"], ""


# A step of so many pre-activations takes the libraries half a minute and 12 GB.
LARGE = 1 << 28

# variant, form of the libraries, settings, latents, active latents, batch, libraries, goal
BOTH = ("dictionary_learning", "saelens")
SAE_CASES = [
    ("topk", "topk", [], 5120, 10, 4096, BOTH, "≤ 0.25"),
    ("topk", "topk", [], 5120, 160, 4096, BOTH, "≤ 0.25"),
    ("topk", "topk", [], 16384, 32, 4096, BOTH, "≤ 0.25"),
    ("topk", "topk", [], 65536, 32, 4096, BOTH, "≤ 0.25"),
    ("ksparse", "abstopk", ["--set", "activation=abstopk"], 5120, 10, 4096, ("dictionary_learning",), "≤ 0.25"),
    ("batchtopk", "batchtopk", [], 5120, 10, 4096, BOTH, "≤ 0.25"),
    ("matryoshka", "matryoshka", [], 5120, 10, 4096, BOTH, "≤ 0.25"),
    ("relu", "relu", [], 5120, 64, 4096, BOTH, ""),
    ("jumprelu", "jumprelu", [], 5120, 64, 4096, ("saelens",), ""),
    ("gated", "gated", [], 5120, 64, 4096, ("saelens",), ""),
]


def library_rows(a):
    """Every variant beside the libraries that train it with dense latents."""
    for threads in a.threads.split(","):
        for variant, form, settings, n, k, batch, libraries, goal in SAE_CASES:
            size = ["--n", n, "--k", k, "--batch", batch, "--rounds", 2 if n * batch < LARGE else 1]
            peers = [lambda library=library: measured([python(a), HERE / "peers" / "sae_libraries.py", "--library", library, "--form", form,
                                                       "--threads", threads, *size]) for library in libraries]
            ours, *others = turns(
                a, lambda: measured([*REFRACT, "bench", "sae", "--json", "--variant", variant, *settings, *size], **ours_on(threads)), *peers)
            name = f"{form} step, d 1280, n {n}, k {k}, batch {batch}, {threads} threads"
            yield name, "one bare encoder product", milliseconds(ours["product"]), milliseconds(ours["step"]), ours["step"] / ours["product"], "≤ 1.4" if goal else ""
            for library, peer in zip(libraries, others):
                yield name, f"{library}'s arithmetic, PyTorch", milliseconds(peer["step"]), milliseconds(ours["step"]), ours["step"] / peer["step"], goal
            yield name, f"{libraries[0]}'s, peak memory", mebibytes(others[0]), mebibytes(ours), ours["peak_mib"] / others[0]["peak_mib"], ""


def unet_rows(a):
    environment = {"PYTHONPATH": str(a.diffusers)} if a.diffusers else {}
    demo = TREE / "releng" / "demo" / "turbo"
    cases = [("demo U-Net", demo, 64, batch) for batch in (1, 16)]
    if a.full_width:
        folder = a.cache / "sdxl-width"
        run([python(a), HERE / "peers" / "sdxl_model.py", folder, "--like", demo], **environment)
        cases.append(("U-Net of SDXL's width, one layer per attention block", folder, 256, 1))
    for label, folder, size, batch in cases:
        for threads in a.threads.split(","):
            options = ["--size", size, "--batch", batch, "--rounds", 30 if folder == demo else 5]
            peer, ours = turns(a,
                lambda: measured([python(a), HERE / "peers" / "unet_forward.py", folder, *options, "--threads", threads], **environment),
                lambda: measured([*REFRACT, "bench", "unet", "--json", "--model", folder, *options], **ours_on(threads)))
            name = f"{label}, {size} px, batch {batch}, {threads} threads"
            yield name, "diffusers forward", milliseconds(peer["forward"]), milliseconds(ours["forward"]), ours["forward"] / peer["forward"], "≤ 1.0"
            yield name, "the same without hooks", milliseconds(ours["forward"]), milliseconds(ours["hooked"]), ours["hooked"] / ours["forward"], "≤ 1.03"
            yield name, "diffusers, peak memory", mebibytes(peer), mebibytes(ours), ours["peak_mib"] / peer["peak_mib"], "≤ 1.0"


def picture_rows(a):
    environment = {"PYTHONPATH": str(a.diffusers)} if a.diffusers else {}
    demo = TREE / "releng" / "demo" / "turbo"
    for batch in (1, 4):
        for threads in a.threads.split(","):
            options = ["--size", 64, "--batch", batch, "--steps", 4, "--guidance", 0, "--rounds", 30]
            peer, ours = turns(a,
                lambda: measured([python(a), HERE / "peers" / "picture.py", demo, *options, "--threads", threads], **environment),
                lambda: measured([*REFRACT, "bench", "picture", "--json", "--model", demo, *options], **ours_on(threads)))
            name = f"demo model, prompt to picture, 4 steps, 64 px, batch {batch}, {threads} threads"
            yield name, "diffusers pipeline", milliseconds(peer["picture"]), milliseconds(ours["picture"]), ours["picture"] / peer["picture"], "≤ 1.0"
            yield name, "diffusers, peak memory", mebibytes(peer), mebibytes(ours), ours["peak_mib"] / peer["peak_mib"], "≤ 1.0"


def load_rows(a):
    """
    Opening a model, like beside like: within a process that has opened one, which is what each does when its libraries are there and warm;
    the first in a process, where Python has imported diffusers before and Java loads Refract's classes meanwhile; and whole processes from
    the shell to the opened model and their end.
    """
    environment = {"PYTHONPATH": str(a.diffusers)} if a.diffusers else {}
    folder = a.cache / "sdxl-full"
    run([python(a), HERE / "peers" / "full_size.py", folder])
    with tempfile.TemporaryDirectory() as cache:
        os.environ["REFRACT_CACHE"] = cache
        ours_at = lambda dtype, again: [*REFRACT, "bench", "load", "--json", "--model", folder, "--device", f"cpu/{dtype}", "--again", again]
        theirs_at = lambda dtype, again: [python(a), HERE / "peers" / "load.py", folder, "--dtype", dtype, "--again", again]
        first = measured(ours_at("fp16", 0))
        yield "first time a 7 GB checkpoint is opened, with its fingerprint, float16", "", "", f"{first['load']:.1f} s", None, ""
        for dtype, theirs in (("fp16", "float16"), ("fp32", "float32")):
            again = 5 if dtype == "fp16" else 1
            peer, ours = turns(a, lambda: measured(theirs_at(theirs, again), **environment), lambda: measured(ours_at(dtype, again)))
            peer_whole, ours_whole = turns(a, lambda: {"s": run(theirs_at(theirs, 0), **environment)[1]}, lambda: {"s": run(ours_at(dtype, 0))[1]})
            name = f"opening a 7 GB checkpoint of float16 to compute in {theirs}"
            for how, one, other in (("not the first in its process", peer["again"], ours["again"]), ("the first in its process", peer["load"], ours["load"]),
                                    ("a process from start to end", peer_whole["s"], ours_whole["s"])):
                yield f"{name}, {how}", "diffusers from_pretrained", f"{one:.2f} s", f"{other:.2f} s", other / one, "≤ 0.5"
            yield name, "diffusers, peak memory", mebibytes(peer), mebibytes(ours), ours["peak_mib"] / peer["peak_mib"], "≤ 1.0"
        memory, seconds = peak([*REFRACT, "generate", "a cat", "--model", folder, "--steps", 1, "--guidance", 5, "--size", 512,
                                "--out", pathlib.Path(cache) / "cat.png"])
        yield "full size: one guided step at 512 px in float32, whole process", "", "", f"{memory:,.0f} MiB, {seconds:.0f} s", None, "≤ 24 GiB"
        del os.environ["REFRACT_CACHE"]


def start_rows(a):
    run([*REFRACT, "--version"])
    version = statistics.median(run([*REFRACT, "--version"])[1] for _ in range(a.turns))
    yield "start: refract --version", "", "", milliseconds(version), None, "≤ 700 ms"
    listing = statistics.median(run([*REFRACT, "extensions"])[1] for _ in range(a.turns))
    yield "start to finish: refract extensions", "", "", milliseconds(listing), None, ""
    with tempfile.TemporaryDirectory() as folder:
        picture = statistics.median(
            run([*REFRACT, "generate", "red heart", "--out", pathlib.Path(folder) / f"{i}.png"])[1] for i in range(a.turns))
    yield "start to finish: one picture of the demo model", "", "", milliseconds(picture), None, ""
    environment = {"PYTHONPATH": str(a.diffusers)} if a.diffusers else {}
    there = subprocess.run([python(a), "-c", "import diffusers"], capture_output=True, env={**os.environ, **environment}).returncode == 0
    if not there:
        print(f"{a.venv} has no diffusers, so its import is not timed", file=sys.stderr)
        return
    imports = statistics.median(run([python(a), "-c", "import diffusers; diffusers.StableDiffusionXLPipeline"], **environment)[1]
                                for _ in range(a.turns))
    yield "for comparison: import of diffusers' pipeline", "", milliseconds(imports), "", None, ""


def spent(command):
    """Wall and processor seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = run(command)[1]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def busy_rows(a):
    """The same work alone and beside two busy processes for each processor that this process may use."""
    competitors = 2 * len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        def unpack(name):
            return spent([*REFRACT, "unpack", "--quick", "--out", pathlib.Path(folder) / name])
        idle_wall, idle_time = unpack("idle")
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(competitors)]
        try:
            busy_wall, busy_time = unpack("busy")
        finally:
            for process in busy:
                process.kill()
                process.wait()
    what = f"unpack --quick beside {competitors} busy processes"
    yield f"{what}, processor time", "alone", f"{idle_time:.0f} s", f"{busy_time:.0f} s", busy_time / idle_time, "≤ 1.15"
    yield f"{what}, wall time", "alone", f"{idle_wall:.0f} s", f"{busy_wall:.0f} s", busy_wall / idle_wall, "≤ 3.2"


def peak(command):
    """Peak resident memory of a command in MiB, and its seconds."""
    start = time.perf_counter()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{said.decode()[-3000:]}")
    return usage.ru_maxrss / 1024, time.perf_counter() - start


def memory_rows(a):
    with tempfile.TemporaryDirectory() as folder:
        run_folder = pathlib.Path(folder) / "run"
        for pictures in (256, 2048):
            memory, seconds = peak([*REFRACT, "harvest", run_folder / str(pictures), "--images", pictures])
            yield f"peak memory: harvest of {pictures} pictures, 4 hook points", "", "", f"{memory:,.0f} MiB, {seconds:.0f} s", None, "flat"
        stores = sorted((run_folder / "2048" / "store").glob("unet.*"))
        for steps in (100, 1000):
            memory, seconds = peak([*REFRACT, "train", *stores, "--out", run_folder / f"saes-{steps}", "--steps", steps, "--batch", 1024])
            yield f"peak memory: training of 4 dictionaries, {steps} steps", "", "", f"{memory:,.0f} MiB, {seconds:.0f} s", None, "flat"
        memory, seconds = peak([*REFRACT, "unpack", "--quick", "--out", run_folder / "quick"])
        yield "refract unpack --quick, whole process", "", "", f"{memory:,.0f} MiB, {seconds:.0f} s", None, "≤ 120 s"


def machine():
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def written(target):
    """The sections of a table that was written before, by their part."""
    if not target.exists():
        return {}
    return {text.split("\n", 1)[0].strip(): text.split("\n", 1)[1].strip() for text in target.read_text().split("\n## ")[1:]}


def write(target, sections):
    head = "# Benchmarks\n\nWritten by `releng/benchmarks/run.py`. Refract and its peers took turns; medians. A ratio is Refract's over the other's."
    beside = target.with_suffix(".md.new")
    beside.write_text("\n\n".join([head, *sections]) + "\n")
    beside.replace(target)


def main():
    a = arguments()
    parts = {"sae": sae_rows, "libraries": library_rows, "unet": unet_rows, "picture": picture_rows, "start": start_rows, "busy": busy_rows,
             "memory": memory_rows, "load": load_rows}
    wanted = a.only.split(",")
    if set(wanted) - set(parts):
        sys.exit(f"--only takes {', '.join(parts)}, not {a.only}.")
    run([*REFRACT, "--version"])
    target = HERE / "RESULTS.md"
    sections = written(target)
    for part in wanted:
        lines = [f"{datetime.date.today()}, {machine()}; turns: {a.turns}.", "",
                 "| what | against | other | Refract | ratio | goal |", "|---|---|---|---|---|---|"]
        for what, against, other, ours, ratio, goal in parts[part](a):
            lines.append(f"| {what} | {against} | {other} | {ours} | {'' if ratio is None else f'{ratio:.2f}'} | {goal} |")
            print(lines[-1], flush=True)
            sections[part] = "\n".join(lines)
            write(target, [f"## {name}\n\n{sections[name]}" for name in parts if name in sections])


if __name__ == "__main__":
    main()
