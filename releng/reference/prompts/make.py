"""Embeddings of prompts: second prompts, skipped layers, emphasis, long prompts, textual inversion.

    PYTHONPATH=<diffusers>/src python make.py

needs torch, transformers, diffusers and safetensors. Reads the tiny model of ../sdxl, writes golden.safetensors, cases.json and the
embedding files beside this script. `encode_prompt` is diffusers'; emphasis and windows follow the formulas written out below.
"""
import json
import math
import os

import torch
from diffusers import StableDiffusionXLPipeline
from safetensors.torch import save_file

torch.set_num_threads(1)
torch.set_grad_enabled(False)
HERE = os.path.dirname(os.path.abspath(__file__))
pipe = StableDiffusionXLPipeline.from_pretrained(os.path.join(HERE, "..", "sdxl", "tiny-sdxl-base"))
PARTS = [(pipe.tokenizer, pipe.text_encoder), (pipe.tokenizer_2, pipe.text_encoder_2)]
ROOM = 75
tensors, cases = {}, {}


def words(tokenizer, text):
    return tokenizer(text, add_special_tokens=False, truncation=False)["input_ids"]


def window(tokenizer, tokens):
    """start, tokens with their weights, end, padding"""
    ids = [tokenizer.bos_token_id] + [t for t, _ in tokens] + [tokenizer.eos_token_id]
    weights = [1.0] + [w for _, w in tokens] + [1.0]
    more = ROOM + 2 - len(ids)
    return ids + [tokenizer.pad_token_id] * more, weights + [1.0] * more


def windows(tokenizer, sections):
    """75 tokens each; one ends behind a comma that is at most 20 tokens back, unless a comma would come next"""
    comma = words(tokenizer, ",")[0]
    found = []
    for section in sections:
        tokens = [(t, w) for text, w in section for t in words(tokenizer, text)]
        first = True
        while tokens or first:
            first = False
            end = ROOM
            if len(tokens) > ROOM and tokens[ROOM][0] != comma:
                back = [i for i in range(ROOM - 20, ROOM) if tokens[i][0] == comma]
                end = back[-1] + 1 if back else ROOM
            found.append(window(tokenizer, tokens[:end]))
            tokens = tokens[end:]
    return found


def encode(encoder, ids, end):
    """last layer but one, and the projected final norm at the end token"""
    out = encoder(torch.tensor([ids]), output_hidden_states=True)
    pooled = None
    if hasattr(encoder, "text_projection"):
        place = ids.index(end)
        pooled = encoder.text_projection(out.last_hidden_state[:, place])
    return out.hidden_states[-2], pooled


def scaled(z, weights):
    """the web UI: multiplied, then brought back to the mean"""
    y = z * torch.tensor(weights)[None, :, None]
    return y * (z.mean() / y.mean())


def from_empty(encoder, tokenizer, z, weights):
    """compel: away from the window without words"""
    e, _ = encode(encoder, window(tokenizer, [])[0], tokenizer.eos_token_id)
    return e + (z - e) * torch.tensor(weights)[None, :, None]


def web_ui(name, prompt, sections, weighting="A1111"):
    halves, pooled = [], None
    for tokenizer, encoder in PARTS:
        parts = []
        for i, (ids, weights) in enumerate(windows(tokenizer, sections)):
            z, p = encode(encoder, ids, tokenizer.eos_token_id)
            parts.append(z if all(w == 1 for w in weights) else scaled(z, weights))
            pooled = p if i == 0 else pooled
        halves.append(torch.cat(parts, 1))
    tensors[f"{name}.context"] = torch.cat(halves, -1)
    tensors[f"{name}.pooled"] = pooled
    cases[name] = {"prompt": prompt, "weighting": weighting, "long": "CHUNK"}


def lerped(tokenizer, encoder, fragments):
    """compel: words of a weight below 1 are also blended away, with the share tan((1 - w) pi / 2)"""
    def plain(fragments):
        ids, weights = windows(tokenizer, [fragments or [("", 1.0)]])[0]
        z, p = encode(encoder, ids, tokenizer.eos_token_id)
        return from_empty(encoder, tokenizer, z, weights), p

    z, pooled = plain(fragments)
    found, shares = [z], [1.0]
    for i, (_, weight) in enumerate(fragments):
        if weight < 1:
            found.append(plain(fragments[:i] + fragments[i + 1:])[0])
            shares.append(math.tan((1 - max(1e-5, weight)) * math.pi / 2))
    return sum(z * s for z, s in zip(found, shares)) / sum(shares), pooled


def compel(name, prompt, terms):
    """terms follow one another; each is (weight, [(share, fragments)])"""
    halves, pooled = [], None
    for tokenizer, encoder in PARTS:
        empty, _ = encode(encoder, window(tokenizer, [])[0], tokenizer.eos_token_id)
        parts = []
        for i, (weight, blend) in enumerate(terms):
            read = [(share, *lerped(tokenizer, encoder, fragments)) for share, fragments in blend]
            z = sum(share * z for share, z, _ in read)
            parts.append(empty + (z - empty) * weight)
            if i == 0 and read[0][2] is not None:
                pooled = sum(share * p for share, _, p in read)
        halves.append(torch.cat(parts, 1))
    tensors[f"{name}.context"] = torch.cat(halves, -1)
    tensors[f"{name}.pooled"] = pooled
    cases[name] = {"prompt": prompt, "weighting": "COMPEL", "long": "CUT"}


# second prompts and skipped layers: diffusers
for name, prompt, prompt2, skip in (("two_prompts", "a red cat on a mat", "oil painting, masterpiece", 0),
                                    ("skip_1", "a red cat on a mat", None, 1), ("skip_2", "a red cat on a mat", "a dog", 2)):
    context, _, pooled, _ = pipe.encode_prompt(prompt, prompt_2=prompt2, do_classifier_free_guidance=False, clip_skip=skip or None)
    tensors[f"{name}.context"], tensors[f"{name}.pooled"] = context, pooled
    cases[name] = {"prompt": prompt, "prompt2": prompt2 or prompt, "clip_skip": skip, "weighting": "NONE", "long": "CUT"}

LONG = " ".join(f"word{i}" for i in range(40))
COMMAS = "a cat, " * 21 + "a very long and rather fluffy tail without any comma in it at all, the end"
web_ui("emphasis", "a (red:1.3) cat, [small] ((dog))", [[("a ", 1.0), ("red", 1.3), (" cat, ", 1.0), ("small", 1 / 1.1), (" ", 1.0),
                                                         ("dog", 1.1 * 1.1)]])
web_ui("escaped", r"a cat \(animal\) (on a (mat:1.5", [[("a cat (animal) ", 1.0), ("on a ", 1.1), ("mat:1.5", 1.1 * 1.1)]])
web_ui("break", "a cat BREAK a (dog:0.5)", [[("a cat", 1.0)], [("a ", 1.0), ("dog", 0.5)]])
web_ui("long", LONG, [[(LONG, 1.0)]], "NONE")
web_ui("long_with_commas", COMMAS, [[(COMMAS, 1.0)]], "NONE")
web_ui("long_emphasis", f"(a cat:1.4) {LONG}", [[("a cat", 1.4), (" " + LONG, 1.0)]])

compel("compel_plus", "a red++ cat", [(1, [(1, [("a", 1.0), ("red", 1.1 ** 2), ("cat", 1.0)])])])
compel("compel_minus", "a (red and small)-- cat, (dog)1.3", [(1, [(1, [("a", 1.0), ("red and small", 0.9 ** 2), ("cat ,", 1.0), ("dog", 1.3)])])])
compel("compel_blend", '("a cat", "a dog+").blend(0.7, 0.3)', [(1, [(0.7, [("a cat", 1.0)]), (0.3, [("a", 1.0), ("dog", 1.1)])])])
compel("compel_and", '("a cat", "a small- dog").and(1, 0.5)', [(1, [(1, [("a cat", 1.0)])]), (0.5, [(1, [("a", 1.0), ("small", 0.9), ("dog", 1.0)])])])

# textual inversion: rows behind the table, the word becomes their numbers
generator = torch.Generator().manual_seed(3)
inversion = {"clip_l": torch.randn((2, 32), generator=generator), "clip_g": torch.randn((2, 48), generator=generator)}
save_file(inversion, os.path.join(HERE, "my-style.safetensors"))
single = torch.randn(48, generator=generator)
save_file({"<cat-toy>": single}, os.path.join(HERE, "learned_embeds.safetensors"))
torch.save({"string_to_token": {"*": 265}, "string_to_param": {"*": inversion["clip_l"]}, "name": "old-style", "step": 500},
           os.path.join(HERE, "old.pt"))
halves = []
for (tokenizer, encoder), rows in zip(PARTS, (inversion["clip_l"], torch.cat([inversion["clip_g"], single[None]]))):
    table = encoder.get_input_embeddings()
    first = table.weight.shape[0]
    table.weight = torch.nn.Parameter(torch.cat([table.weight, rows]))
    # the single word is known to the second encoder only: the first one reads its characters
    toy = [first + 2] if len(rows) == 3 else words(tokenizer, "<cat-toy>")
    tokens = words(tokenizer, "a cat in the style of") + [first, first + 1] + words(tokenizer, ", with") + toy
    z, pooled = encode(encoder, window(tokenizer, [(t, 1.0) for t in tokens])[0], tokenizer.eos_token_id)
    halves.append(z)
tensors["inversion.context"], tensors["inversion.pooled"] = torch.cat(halves, -1), pooled
cases["inversion"] = {"prompt": "a cat in the style of My-Style, with <cat-toy>", "weighting": "NONE", "long": "CUT",
                      "files": ["my-style.safetensors", "learned_embeds.safetensors"]}

save_file({k: v.float().contiguous() for k, v in tensors.items()}, os.path.join(HERE, "golden.safetensors"))
with open(os.path.join(HERE, "cases.json"), "w") as out:
    json.dump(cases, out, indent=1)
    out.write("\n")
print(len(cases), "cases")
