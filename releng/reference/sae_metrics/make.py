"""Measures of a reconstruction by the code of dictionary_learning, SAELens, sdxl-unbox and openai/sparse_autoencoder.

usage: python make.py OUT DICTIONARY_LEARNING SAELENS SDXL_UNBOX OPENAI   (checkouts of the four repositories; needs torch, einops, safetensors)

Their functions run as they are; what they import and do not need here (nnsight, transformer_lens, pandas ...) is replaced by empty modules.
"""
import ast
import json
import sys
import types
from pathlib import Path
from unittest.mock import MagicMock

import torch
from safetensors.torch import save_file

out, dictionary_learning, saelens, sdxl_unbox, openai = map(Path, sys.argv[1:])
torch.manual_seed(0)
N, D, F, K = 300, 12, 40, 5

basis = torch.nn.functional.normalize(torch.randn(F, D), dim=1)
x = torch.randn(N, D) @ torch.randn(D, D) * torch.rand(N, 1).mul(3).exp() + 2 * torch.randn(D)
values, indices = torch.topk(x @ basis.T, K, dim=1)
values = torch.relu(values) * (torch.rand(N, K) > 0.2)
latents = torch.zeros(N, F).scatter(1, indices, values)
latents[:, 7] = 0
recon = latents @ basis * 0.6 + x.mean(0) * 0.3 + 0.3 * x

for name in ["nnsight", "transformer_lens", "transformer_lens.hook_points", "pandas", "sae_lens", "sae_lens.loading",
             "sae_lens.loading.pretrained_saes_directory", "sae_lens.saes", "sae_lens.saes.sae", "sae_lens.training",
             "sae_lens.training.activation_scaler", "sae_lens.training.activations_store", "sae_lens.util", "dictionary_learning",
             "dictionary_learning.buffer", "dictionary_learning.config"]:
    sys.modules[name] = MagicMock()


def load(path, package):
    module = types.ModuleType(package + "." + path.stem)
    module.__package__ = package
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(compile("from __future__ import annotations\n" + path.read_text(), str(path), "exec"), module.__dict__)
    return module


class Dictionary:
    dict_size, activation_dim = F, D

    def __call__(self, batch, output_features):
        return recon, latents


evaluation = load(dictionary_learning / "dictionary_learning/evaluation.py", "dictionary_learning")
evaluation.ActivationBuffer = evaluation.NNsightActivationBuffer = type("Buffer", (), {})
expected = {"dictionary_learning." + k: v for k, v in evaluation.evaluate(Dictionary(), iter([x])).items()}

evals = load(saelens / "sae_lens/evals.py", "sae_lens")
sae = MagicMock()
sae.cfg.d_sae, sae.device, sae.cfg.metadata.hook_name, sae.cfg.metadata.hook_head_index = F, "cpu", "hook", None
sae.encode = lambda a: latents[None]
sae.decode = lambda z: recon[None]
store = MagicMock()
store.get_batch_tokens = lambda n: torch.zeros(1, N, dtype=torch.long)
model = MagicMock()
model.run_with_cache = lambda *a, **k: (None, {"hook": x[None]})
scaler = types.SimpleNamespace(scale=lambda a: a, unscale=lambda a: a)
metrics, features = evals.get_sparsity_and_variance_metrics(
    sae, model, store, scaler, n_batches=1, compute_l2_norms=True, compute_sparsity_metrics=True, compute_variance_metrics=True,
    compute_featurewise_density_statistics=True, eval_batch_size_prompts=1, model_kwargs={})
expected |= {"saelens." + k: v for k, v in metrics.items()}

source = ast.parse((saelens / "sae_lens/training/sae_trainer.py").read_text())
wanted = ["per_token_l2_loss", "total_variance", "explained_variance_legacy", "explained_variance"]
lines = [n for n in ast.walk(source) if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") in wanted]
scope = {"sae_out": recon, "sae_in": x}
exec(compile(ast.Module(sorted(lines, key=lambda n: n.lineno), []), "sae_trainer.py", "exec"), scope)
expected["saelens_trainer.explained_variance"] = scope["explained_variance"].item()

source = ast.parse((sdxl_unbox / "scripts/train_sae.py").read_text())
scope = {"torch": torch}
functions = [n for n in source.body if isinstance(n, ast.FunctionDef) and n.name in ["explained_variance", "mse", "normalized_mse"]]
exec(compile(ast.Module(functions, []), "train_sae.py", "exec"), scope)
for name in ["explained_variance", "mse", "normalized_mse"]:
    expected["sdxl_unbox." + name] = scope[name](recon, x).item()

loss = load(openai / "sparse_autoencoder/loss.py", "sparse_autoencoder")
expected["openai.normalized_mean_squared_error"] = loss.normalized_mean_squared_error(recon, x).item()
expected["openai.normalized_L1_loss"] = loss.normalized_L1_loss(latents, x).item()

save_file({"x": x, "recon": recon, "latents": latents, "density": torch.tensor(features["feature_density"])}, out / "golden.safetensors")
(out / "expected.json").write_text(json.dumps({k: v for k, v in expected.items()}, indent=1) + "\n")
