"""Convolutional networks: small ones, VGG, residual and densely connected ones."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import domain
from optclaims.science.networks.network import Layer, Network, Weights
from optclaims.science.networks.perceptrons import ACTIVATIONS, gain_of, sizes

__all__ = ["VGG11", "VGG16", "convolutional", "dense", "residual"]

VGG11 = (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool")
VGG16 = (64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool")
"""Plans of VGG-11 and VGG-16 (Simonyan and Zisserman, 1409.1556) for 32 x 32 images: channels and 2 x 2 poolings."""

POOLS = {"max": functional.max_pool2d, "mean": functional.avg_pool2d}


def convolutional(
    image: tuple[int, int, int], plan: Sequence[int | str], classes: int | None, *, hidden: Sequence[int] = (),
    kernel: int = 3, activation: str = "relu", pool: str = "max", bias: bool = True, normalisation: str = "none",
    dropout: bool = False,
) -> Network:  # fmt: skip
    """Convolutions and poolings by a plan such as (8, "pool", 8, "pool"), then dense layers `hidden` and the classes.

    image: (channels, height, width);  classes: None ends with the flat features, for a fixed map behind them
    kernel: width of the square kernels, of 'same' convolutions;  pool: "max" or "mean" of 2 x 2 squares
    normalisation: "none"; "batch" (without epsilon and scale; a bias comes after it; context `trained`, the number of
        first samples whose statistics are used); "response" (local, over 9 channels: x / (1 + 1e-3 mean x^2)^(3/4))
    dropout: a mask of 0 and 1 (runs, n, hidden[0]) in the context drops half of the first dense layer
    Initial weights are He-normal (`gain_of` the activation), of the last layer normal with variance 1 / inputs. Inputs
    (runs, n, *image), outputs (runs, n, classes). With plan VGG11, bias=False and "batch" it is VGG-11.

    >>> import numpy as np, torch
    >>> network = convolutional((1, 8, 8), (8, "pool", 8, "pool"), 10, hidden=(16,))
    >>> network(network.initial(np.random.default_rng(0).spawn(2)), torch.zeros(1, 5, 1, 8, 8)).shape
    torch.Size([2, 5, 10])
    """
    domain.one_of("activation", activation, ACTIVATIONS)
    domain.one_of("pool", pool, POOLS)
    domain.one_of("normalisation", normalisation, ("none", "batch", "response"))
    domain.integer("kernel", kernel, low=1, shape=())
    image, hidden = sizes("image", image, least=3), sizes("hidden", hidden)
    if classes is not None:
        domain.integer("classes", classes, low=1, shape=())
    if dropout and not hidden:
        raise ValueError("dropout must be False for a network without hidden layers, got True")
    act, squeeze = ACTIVATIONS[activation], 2 ** list(plan).count("pool")
    maps = [image[0], *(width for width in plan if width != "pool")]
    features = maps[-1] * (image[1] // squeeze) * (image[2] // squeeze)
    fans = [(kernel**2 * a, b) for a, b in pairwise(maps)] + list(pairwise([features, *hidden]))
    layers = [Layer(a, b, (gain_of(activation) / a) ** 0.5, bias) for a, b in fans]
    if classes is not None:
        inputs = [features, *hidden][-1]
        layers.append(Layer(inputs, classes, inputs**-0.5))

    def wire(w: Weights, x: Tensor, context: Tensor | int | None = None) -> Tensor:
        x, i = side_by_side(x), 0
        for step in plan:
            if step == "pool":
                x = POOLS[pool](x, 2)
                continue
            x = _normalised(w, i, x, normalisation, None if dropout else context)
            x, i = act(x), i + 1
            x = _response_norm(x, w.runs) if normalisation == "response" else x
        x = x.reshape(len(x), w.runs, -1).movedim(0, 1)
        for j in range(i, i + len(hidden)):
            x = act(w.linear(j, x))
            x = 2 * x * context if dropout and j == i and context is not None else x
        return x if classes is None else w.linear(len(layers) - 1, x)

    return Network(tuple(layers), wire, hidden[0] if dropout else 0)


def side_by_side(x: Tensor) -> Tensor:
    """Images (runs, n, channels, h, w) as (n, runs * channels, h, w): one grouped convolution serves all runs."""
    x = x.movedim(1, 0).flatten(1, 2)
    return x.contiguous(memory_format=torch.channels_last)  # twice as fast on a CPU


def _normalised(w: Weights, i: int, x: Tensor, normalisation: str, trained: int | None, stride: int = 1) -> Tensor:
    """Convolution of layer i, normalised over the batch and then shifted by its bias, or as it is."""
    if normalisation != "batch":
        return w.convolution(i, x, stride=stride)
    z, shift = _standardised(w.convolution(i, x, stride=stride, bias=False), trained), w.parts(i)[1]
    return z if shift is None else z + shift.reshape(1, -1, 1, 1)


def _standardised(z: Tensor, trained: int | None) -> Tensor:
    variance, mean = torch.var_mean(z[:trained], dim=(0, 2, 3), keepdim=True, correction=0)
    return (z - mean) * variance.rsqrt()


def _response_norm(x: Tensor, runs: int) -> Tensor:
    channels = x.unflatten(1, (runs, -1)).flatten(0, 1)
    return functional.local_response_norm(channels, 9, alpha=1e-3, beta=0.75, k=1.0).view_as(x)


def residual(
    blocks: Sequence[int], width: int, classes: int | None, *, colours: int = 3, bias: bool = False
) -> Network:
    """Residual network with batch normalisation: stages of so many blocks of two layers, each twice as wide.

    Shortcuts skip pixels and pad channels with zeros, without parameters; the features are means over the image.
    ResNet-20 has blocks (3, 3, 3) and width 16 (He et al., 1512.03385), ResNet-18 (2, 2, 2, 2) and ResNet-34
    (3, 4, 6, 3) with width 64, those with projections in the three wider shortcuts.
    bias, classes, `trained` as in `convolutional`.

    Domain: blocks any length

    >>> len(residual((3, 3, 3), 16, 10).layers), len(residual((3, 4, 6, 3), 64, 10).layers)
    (20, 34)
    """
    blocks, width = sizes("blocks", blocks, least=1), domain.integer("width", width, low=1, shape=())
    domain.integer("colours", colours, low=1, shape=())
    if classes is not None:
        domain.integer("classes", classes, low=1, shape=())
    maps = [width] + [width * 2**stage for stage, depth in enumerate(blocks) for _ in range(depth)]
    pairs = [(colours, width), *(pair for a, b in pairwise(maps) for pair in ((a, b), (b, b)))]
    layers = [Layer(9 * a, b, (2 / (9 * a)) ** 0.5, bias) for a, b in pairs]
    if classes is not None:
        layers.append(Layer(maps[-1], classes, maps[-1] ** -0.5))

    def wire(w: Weights, x: Tensor, trained: int | None = None) -> Tensor:
        x = _normalised(w, 0, side_by_side(x), "batch", trained).relu()
        for block, (a, b) in enumerate(pairwise(maps)):
            first, stride = 2 * block + 1, b // a
            inner = _normalised(w, first, x, "batch", trained, stride).relu()
            inner = _normalised(w, first + 1, inner, "batch", trained)
            skipped = x[..., ::stride, ::stride].unflatten(1, (w.runs, a))
            x = (inner + functional.pad(skipped, (0, 0, 0, 0, 0, b - a)).flatten(1, 2)).relu()
        x = x.mean(dim=(2, 3)).unflatten(1, (w.runs, -1)).movedim(0, 1)
        return x if classes is None else w.linear(len(layers) - 1, x)

    return Network(tuple(layers), wire)


def dense(blocks: Sequence[int], growth: int, classes: int, *, colours: int = 3) -> Network:
    """Densely connected network: each layer of a block sees all maps before it in the block and adds `growth` maps.

    A layer is a 1 x 1 convolution to 4 growth maps and a 3 x 3 convolution, each after normalisation and relu; between
    blocks a 1 x 1 convolution halves the maps and a mean over 2 x 2 squares the image. DenseNet-121 has blocks
    (6, 12, 24, 16) and growth 32 (Huang et al., 1608.06993). Normalisation without scale and shift; `trained` as in
    `convolutional`.

    Domain: blocks any length

    >>> len(dense((6, 12, 24, 16), 32, 10).layers)
    121
    """
    blocks, growth = sizes("blocks", blocks, least=1), domain.integer("growth", growth, low=1, shape=())
    domain.integer("colours", colours, low=1, shape=()), domain.integer("classes", classes, low=1, shape=())
    maps, fans = 2 * growth, [(9 * colours, 2 * growth)]
    for block, depth in enumerate(blocks):
        for _ in range(depth):
            fans += [(maps, 4 * growth), (36 * growth, growth)]
            maps += growth
        if block < len(blocks) - 1:
            fans.append((maps, maps // 2))
            maps //= 2
    layers = [Layer(a, b, (2 / a) ** 0.5, bias=False) for a, b in fans] + [Layer(maps, classes, maps**-0.5)]

    def wire(w: Weights, x: Tensor, trained: int | None = None) -> Tensor:
        def following(i: int, x: Tensor) -> Tensor:
            return w.convolution(i, _standardised(x, trained).relu())

        x, i = w.convolution(0, side_by_side(x)), 1
        for block, depth in enumerate(blocks):
            for _ in range(depth):
                new = following(i + 1, following(i, x))
                parts = [one.unflatten(1, (w.runs, -1)) for one in (x, new)]
                x, i = torch.cat(parts, dim=2).flatten(1, 2), i + 2
            if block < len(blocks) - 1:
                x, i = functional.avg_pool2d(following(i, x), 2), i + 1
        x = _standardised(x, trained).relu().mean(dim=(2, 3)).unflatten(1, (w.runs, -1)).movedim(0, 1)
        return w.linear(len(layers) - 1, x)

    return Network(tuple(layers), wire)
