"""A small vision transformer, for the comparison at the papers' scale."""

from torch import Tensor
from torch.nn import functional

from optclaims.science import domain
from optclaims.science.networks import Layer, Network, Weights

__all__ = ["vision_transformer"]

PARTS = 4  # layers of a block: queries, keys and values in one; their mixing; two dense ones


def vision_transformer(
    image: tuple[int, int, int], classes: int, *, patch: int = 4, width: int = 96, heads: int = 3, depth: int = 4
) -> Network:
    """Return a transformer on the patches of images (channels, height, width), without dropout.

    Learnt positions, `depth` blocks of attention and of two dense layers (gelu, twice the width), each behind a layer
    normalisation without parameters and beside a residual; the mean patch is read out. What comes with the images,
    as for batch normalisation, is left aside.

    >>> import torch
    >>> network = vision_transformer((3, 8, 8), 10, width=6, depth=1)
    >>> network(torch.zeros(2, network.parameters), torch.zeros(1, 5, 3, 8, 8)).shape
    torch.Size([2, 5, 10])
    """
    colours, height, across = domain.integer("image", domain.vector("image", image, 3), low=1)
    sizes = {"classes": classes, "patch": patch, "width": width, "heads": heads, "depth": depth}
    for name, size in sizes.items():
        domain.integer(name, size, low=1, shape=())
    if height % patch or across % patch:
        raise ValueError(f"patch must divide the sides {height} and {across} of the image, got {patch}")
    if width % heads:
        raise ValueError(f"heads must divide the width {width}, got {heads}")
    tokens, inputs = int(height // patch * (across // patch)), int(colours * patch**2)
    block = (
        Layer(width, 3 * width, width**-0.5), Layer(width, width, width**-0.5),
        Layer(width, 2 * width, width**-0.5), Layer(2 * width, width, (2 * width) ** -0.5),
    )  # fmt: skip
    ends = Layer(inputs, width, inputs**-0.5), Layer(tokens, width, 0.02, False), Layer(width, classes, width**-0.5)
    layers = (*ends[:2], *block * depth, ends[2])

    def wire(w: Weights, x: Tensor, *_: object) -> Tensor:
        z = w.linear(0, _patches(x, patch)) + w[1][:, None]
        for i in range(2, 2 + PARTS * depth, PARTS):
            q, k, v = (_split(part, heads) for part in w.linear(i, _norm(z)).chunk(3, dim=-1))
            mixed = functional.scaled_dot_product_attention(q, k, v)
            z = z + w.linear(i + 1, mixed.transpose(-2, -3).flatten(-2))
            z = z + w.linear(i + 3, functional.gelu(w.linear(i + 2, _norm(z))))
        return w.linear(len(layers) - 1, _norm(z).mean(dim=-2))

    return Network(layers, wire)


def _patches(x: Tensor, patch: int) -> Tensor:
    """Images (runs, n, channels, h, w) -> (runs, n, patches, channels * patch * patch)."""
    squares = x.unfold(-2, patch, patch).unfold(-2, patch, patch)  # (runs, n, channels, rows, columns, patch, patch)
    return squares.movedim(2, 4).flatten(4).flatten(2, 3)


def _split(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(-2, -3)


def _norm(x: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:])
