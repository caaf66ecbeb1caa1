"""The loop that every phase of training shares: learning rate, averaged weights, log, checkpoints that resume."""

import dataclasses
import json
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from tqdm import tqdm


class Run:
    """A folder with a checkpoint. Phases follow one another; each begins from the averaged weights of those before."""

    def __init__(self, folder: Path, model, sizes, settings, leave_out: set[str], elsewhere: frozenset[str] = frozenset(), device: torch.device | None = None):
        """sizes: a dataclass that is kept with the weights; settings: weight_decay, average, warmup, checkpoint_every.
        elsewhere: weights that have a file of their own and are not kept here. device: where it is trained, if not where it is."""
        self.folder, self.model, self.sizes, self.settings, self.leave_out = folder, model, sizes, settings, leave_out
        self.elsewhere = elsewhere
        self.file = folder / "checkpoint.pt"
        self.state = {"phase": "", "step": 0, "done": []}
        if self.file.exists():
            self.state = torch.load(self.file, map_location="cpu", weights_only=True)
            missing, _ = model.load_state_dict(self.state["model"], strict=not elsewhere)
            if lost := set(missing) - elsewhere:
                raise ValueError(f"{self.file}: holds no {min(lost)}: it is the checkpoint of another model")
        if device:
            model.to(device)
        self.device = next(model.parameters()).device
        size = sum(p.numel() for p in model.parameters())
        print(f"{folder}: {size / 1e6:.2f} M parameters, leaving out {sorted(leave_out) or 'nobody'}")

    def borrow(self, other: Path, wanted: Callable[[str], bool], what: str) -> None:
        """Takes the weights whose names are wanted from another run, once; `what` is done with that."""
        if what in self.state["done"] or self.state["phase"]:
            return  # its own, or taken before
        theirs = torch.load(Path(other) / "checkpoint.pt", weights_only=True)["model"]
        self.model.load_state_dict({k: v for k, v in theirs.items() if wanted(k)}, strict=False)
        self.state["done"] = [*self.state["done"], what]

    def phase(self, name: str, steps: int, rate: float, parameters: list) -> "Phase":
        return Phase(self, name, steps, rate, parameters)


class Phase:
    """Iterates over the steps that are left; learn is called once in each."""

    def __init__(self, run: Run, name: str, steps: int, rate: float, parameters: list):
        t = run.settings
        self.run, self.name, self.steps, self.rate, self.parameters = run, name, steps, rate, parameters
        decay = [p for p in parameters if p.ndim > 1]
        rest = [p for p in parameters if p.ndim <= 1]
        groups = [{"params": decay, "weight_decay": t.weight_decay}, {"params": rest, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
        self.average = [p.detach().clone() for p in parameters] if t.average else []
        self.over = name in run.state["done"]
        self.done = steps if self.over else 0
        if run.state["phase"] == name:
            self.done = run.state["step"]
            self.optimizer.load_state_dict(run.state["optimizer"])
            self.average = [a.to(p.device) for p, a in zip(parameters, run.state["average"])]

    def __iter__(self):
        if self.over or self.steps == 0:
            return
        begun = time.time()
        with open(self.run.folder / "log.jsonl", "a") as self.log:
            bar = tqdm(range(self.done, self.steps), f"{self.run.folder.name} {self.name}", self.steps, initial=self.done, unit="step", mininterval=5)
            for self.step in bar:
                yield self.step
                if self.step % 20 == 0 or self.step == self.steps - 1:  # a GPU is not waited for at every step
                    loss = self.loss.item()
                    bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
                    row = {"phase": self.name, "step": self.step, "loss": loss, "seconds": round(time.time() - begun, 1)}
                    print(json.dumps(row), file=self.log, flush=True)
                if (self.step + 1) % self.run.settings.checkpoint_every == 0:
                    self._save()
        with torch.no_grad():
            for p, a in zip(self.parameters, self.average):
                p.copy_(a)
        self.run.state["done"] = [*self.run.state["done"], self.name]
        self._write({"phase": "", "step": 0})

    def learn(self, losses: torch.Tensor | Iterable[torch.Tensor]) -> None:
        """One step. Several losses are parts that add up to one; each is made, and its memory freed, before the next."""
        for g in self.optimizer.param_groups:
            g["lr"] = self._rate()
        self.optimizer.zero_grad(set_to_none=True)
        self.loss = torch.zeros(())
        for loss in [losses] if isinstance(losses, torch.Tensor) else losses:
            loss.backward()
            self.loss = self.loss.to(loss.device) + loss.detach()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        if self.average:
            d = min(self.run.settings.average, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(self.average, [p.detach() for p in self.parameters], 1 - d)

    def _rate(self) -> float:
        warmup = self.run.settings.warmup
        if self.step < warmup:
            return self.rate * (self.step + 1) / warmup
        return self.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (self.step - warmup) / max(1, self.steps - warmup)))))

    def _save(self) -> None:
        self._write({"phase": self.name, "step": self.step + 1, "optimizer": self.optimizer.state_dict(), "average": self.average})

    def _write(self, place: dict) -> None:
        run = self.run
        weights = {k: v.cpu() for k, v in run.model.state_dict().items() if k not in run.elsewhere}
        fixed = {"model": weights, "config": dataclasses.asdict(run.sizes), "leave_out": sorted(run.leave_out)}
        run.state = {"done": run.state["done"], **place, **fixed}
        torch.save(run.state, run.file.with_suffix(".tmp"))
        run.file.with_suffix(".tmp").rename(run.file)
