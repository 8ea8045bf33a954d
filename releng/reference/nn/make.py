"""Golden values of layers, computed by torch and transformers in float32 on one thread.

    python make.py        writes the .safetensors files of this folder

A file's metadata says with which settings its values were made.
"""
import json
import os

import torch
from safetensors.torch import save_file
from transformers import Gemma2Config, GPTNeoXConfig, LlamaConfig
from transformers.models.gemma2.modeling_gemma2 import Gemma2MLP, Gemma2RMSNorm
from transformers.models.gpt_neox.modeling_gpt_neox import GPTNeoXMLP
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as rotate_pairs
from transformers.models.gptj.modeling_gptj import create_sinusoidal_positions
from transformers.models.llama.modeling_llama import LlamaMLP, LlamaRMSNorm, LlamaRotaryEmbedding, apply_rotary_pos_emb

FOLDER = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
torch.manual_seed(20)


def save(name, tensors, **settings):
    path = os.path.join(FOLDER, name + ".safetensors")
    save_file({k: v.detach().contiguous() for k, v in tensors.items()}, path, {"settings": json.dumps(settings)})


def norms():
    x = torch.randn(2, 5, 12) * 3
    weight = torch.randn(12)
    bias = torch.randn(12)
    plain, gemma = LlamaRMSNorm(12, eps=1e-5), Gemma2RMSNorm(12, eps=1e-5)
    plain.weight.data, gemma.weight.data = weight, weight
    save("norms", {"x": x, "weight": weight, "bias": bias, "rms": plain(x), "rms_one_plus": gemma(x),
                   "layer": torch.nn.functional.layer_norm(x, [12], weight, bias, 1e-5)}, eps=1e-5)


def rotary():
    heads, width, length = 3, 16, 7
    positions = torch.tensor([[0, 1, 2, 3, 4, 5, 6], [0, 0, 0, 5, 90, 91, 8000]])
    x = torch.randn(2, length, heads, width)
    save("rotary_input", {"x": x.reshape(2, length, -1), "positions": positions}, heads=heads, head_width=width)
    llama3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
    for name, turned, theta, scaling in [("full", 16, 10000.0, None), ("partial", 4, 10000.0, None), ("llama3", 16, 500000.0, llama3)]:
        rope = {"rope_type": "default", "rope_theta": theta} if scaling is None else {"rope_type": "llama3", "rope_theta": theta, **scaling}
        embedding = LlamaRotaryEmbedding(LlamaConfig(hidden_size=turned * heads, num_attention_heads=heads, head_dim=turned, rope_parameters=rope))
        cos, sin = embedding(x, positions)
        first = x.transpose(1, 2)[..., :turned]
        y, _ = apply_rotary_pos_emb(first, first, cos, sin)
        y = torch.cat([y, x.transpose(1, 2)[..., turned:]], -1).transpose(1, 2)
        save("rotary_" + name, {"y": y.reshape(2, length, -1), "frequencies": embedding.inv_freq}, width=turned, theta=theta, interleaved=False,
             scaling=scaling)
    table = create_sinusoidal_positions(8001, 8)
    sin, cos = torch.split(table[positions], 4, dim=-1)
    y = torch.cat([rotate_pairs(x[..., :8], sin, cos), x[..., 8:]], -1)
    save("rotary_interleaved", {"y": y.reshape(2, length, -1)}, width=8, theta=10000.0, interleaved=True, scaling=None)


def attention():
    heads, key_heads, width, length = 4, 2, 8, 9
    q = torch.randn(2, length, heads * width)
    k = torch.randn(2, length, key_heads * width)
    v = torch.randn(2, length, key_heads * width)
    real = torch.ones(2, length, dtype=torch.int64)
    real[1, :4] = 0
    tensors = {"q": q, "k": k, "v": v, "real": real}
    cases = {"causal": dict(scale=width ** -0.5, softcap=0.0, window=0), "scaled": dict(scale=0.2, softcap=0.0, window=0),
             "sliding": dict(scale=width ** -0.5, softcap=0.0, window=3), "capped": dict(scale=0.5, softcap=2.0, window=0),
             "capped_sliding": dict(scale=0.5, softcap=2.0, window=3)}
    place = torch.arange(length)
    for name, case in cases.items():
        qh, kh, vh = (t.double().reshape(2, length, -1, width).transpose(1, 2) for t in (q, k, v))
        kh, vh = (t.repeat_interleave(heads // key_heads, 1) for t in (kh, vh))
        scores = qh @ kh.transpose(2, 3) * case["scale"]
        if case["softcap"]:
            scores = torch.tanh(scores / case["softcap"]) * case["softcap"]
        may = (place[None, :] <= place[:, None]) & (real[:, None, :] == 1)
        if case["window"]:
            may &= place[:, None] - place[None, :] < case["window"]
        probs = scores.masked_fill(~may[:, None], -torch.inf).softmax(-1)
        y = (probs @ vh).transpose(1, 2).reshape(2, length, -1)
        # what a position of padding writes means nothing
        tensors[name] = torch.where(real[..., None] == 1, y, 0.0).float()
    save("attention", tensors, heads=heads, key_heads=key_heads, head_width=width, cases=cases)


def mlps():
    x = torch.randn(2, 5, 12)
    for name, mlp, activation in [
            ("silu", LlamaMLP(LlamaConfig(hidden_size=12, num_attention_heads=2, intermediate_size=20)), "silu"),
            ("gelu_tanh", Gemma2MLP(Gemma2Config(hidden_size=12, num_attention_heads=2, intermediate_size=20)), "gelu_tanh"),
            ("plain", GPTNeoXMLP(GPTNeoXConfig(hidden_size=12, num_attention_heads=2, intermediate_size=20, hidden_act="gelu")), "gelu")]:
        weights = {k: torch.randn_like(w) for k, w in mlp.state_dict().items()}
        mlp.load_state_dict(weights)
        save("mlp_" + name, {"x": x, "y": mlp(x), **weights}, activation=activation, inner=20)


norms()
rotary()
attention()
mlps()
