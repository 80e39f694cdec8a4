"""Optimizers of torch's interface for the tests of fingerprints: sound ones, and each with one mistake."""

import signal

import torch


class Base(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-2, **defaults):
        super().__init__(params, {"lr": lr, **defaults})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["t"] = state.get("t", 0) + 1
                self.update(p, p.grad, state, group)


class Plain(Base):
    """Adam with its details as methods, so that a mistake is one line."""

    def __init__(self, params, lr=1e-2, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(params, lr, beta1=beta1, beta2=beta2, eps=eps)

    def update(self, p, g, state, group):
        if "m" not in state:
            state["m"], state["v"] = torch.zeros_like(p), torch.zeros_like(p)
        state["m"].lerp_(g, 1 - group["beta1"])
        state["v"].lerp_(self.square(g), 1 - group["beta2"])
        m = state["m"] / self.correction(group["beta1"], state["t"])
        v = state["v"] / self.correction(group["beta2"], state["t"])
        p.sub_(group["lr"] * m / (self.root(v) + group["eps"]))

    def square(self, g):
        return g * g

    def root(self, v):
        return v.sqrt()

    def correction(self, beta, t):
        return 1 - beta**t


class WrongCorrection(Plain):
    """None at all: the first steps are (1 - beta1) / sqrt(1 - beta2) as long."""

    def correction(self, beta, t):
        return 1.0


class ForgottenRoot(Plain):
    def root(self, v):
        return v


class SharedState(Plain):
    """One second moment for all parameters."""

    def square(self, g):
        return (g * g).mean().expand_as(g)


class Momentum(Base):
    """Heavy ball with its two lines as methods."""

    def __init__(self, params, lr=1e-2, momentum=0.5):
        super().__init__(params, lr, momentum=momentum)

    def update(self, p, g, state, group):
        state.setdefault("m", torch.zeros_like(p)).mul_(group["momentum"]).add_(g)
        p.sub_(group["lr"] * state["m"])


class StepBeforeMemory(Momentum):
    """Both lines exchanged: a step does not know its own gradient yet."""

    def update(self, p, g, state, group):
        m = state.setdefault("m", torch.zeros_like(p))
        p.sub_(group["lr"] * m)
        m.mul_(group["momentum"]).add_(g)


class Clipped(Base):
    """Gradient descent whose gradients are cut off where only heavy tails reach."""

    def update(self, p, g, state, group):
        p.sub_(group["lr"] * g.clamp(-20.0, 20.0))


class ClippedTooLate(Base):
    """The step is cut off instead, where it never reaches."""

    def update(self, p, g, state, group):
        p.sub_((group["lr"] * g).clamp(-20.0, 20.0))


class Signs(Base):
    """The sign of an average."""

    def update(self, p, g, state, group):
        state.setdefault("m", torch.zeros_like(p)).lerp_(g, 0.1)
        p.sub_(group["lr"] * state["m"].sign())


class AverageOfSigns(Base):
    """The average of signs."""

    def update(self, p, g, state, group):
        state.setdefault("m", torch.zeros_like(p)).lerp_(g.sign(), 0.1)
        p.sub_(group["lr"] * state["m"])


class Raises(Base):
    def update(self, p, g, state, group):
        if state["t"] == 200:
            raise RuntimeError("out of patience")
        p.sub_(group["lr"] * g)


class Hangs(Base):
    """Waits for ever from a step on."""

    def __init__(self, params, lr=1e-2, last=200):
        super().__init__(params, lr, last=last)

    def update(self, p, g, state, group):
        while state["t"] >= group["last"]:
            signal.pause()
        p.sub_(group["lr"] * g)


class GivesNan(Base):
    def update(self, p, g, state, group):
        p.sub_(group["lr"] * g / (0.0 if state["t"] > 600 else 1.0) * (0.0 if state["t"] > 600 else 1.0))


class IgnoresRate(Base):
    def update(self, p, g, state, group):
        p.sub_(0.01 * g)


class Hidden(Base):
    """Adds noise of its own."""

    def update(self, p, g, state, group):
        p.sub_(group["lr"] * (g + 0.1 * torch.randn_like(g)))


class NeedsClosure(Base):
    @torch.no_grad()
    def step(self, closure):
        closure()


def factory(params, lr=0.5):
    return torch.optim.SGD(params, lr=lr)


def without_rate(params):
    return torch.optim.SGD(params, lr=0.5)


number = 7
