"""CPU seconds of kernels in a fresh process, whose environment tells the libraries which instructions to use.

python at_level.py    prints, as JSON, the best of several rounds of each kernel
"""

import json
import time

import numpy as np
import torch

from optclaims.science import moments, normals, streaming

ROUNDS = 5
torch.set_num_threads(1)
rng = np.random.default_rng(0)
x, square = rng.standard_normal(200_000), rng.standard_normal((400, 400))
single, double = (torch.as_tensor(rng.standard_normal((64, 16, 64)), dtype=t) for t in (torch.float32, torch.float64))
images = torch.as_tensor(rng.standard_normal((200, 8, 8, 8)), dtype=torch.float32)
convolution = torch.nn.Conv2d(8, 12, 3)
state, out = normals.states(rng, 1)[0], np.empty(8192, np.float32)
noise = np.full((16, 2000), 0.1, np.float32)


def online_sgd():
    """Stream 16 runs of signSGD in 500 dimensions."""
    streaming.run(streaming.diagonal(np.ones(500)), np.ones(500), noise, 0.1, "sign", [2000], np.random.default_rng(0))


def normal_numbers():
    """Fill a buffer in cache with normals, again and again."""
    for _ in range(1000):
        normals.fill(state, out)


def descend(weights):
    """Multiply 64 small matrices and differentiate, as training many networks at once does."""
    for _ in range(300):
        torch.bmm(weights, weights.mT).sum()


KERNELS = {
    "numba: normals": normal_numbers,
    "numba: streaming signSGD, d = 500": online_sgd,
    "numba: second moments": lambda: moments.losses(
        np.geomspace(1, 1e-3, 1000), np.ones(1000), [3000], lr=0.1, momentum=0.5, gamma=0.1
    ),
    "NumPy: exp, log and sum": lambda: [np.log(np.exp(x) + 1).sum() for _ in range(30)],
    "OpenBLAS: product of 400 x 400": lambda: [square @ square for _ in range(20)],
    "OpenBLAS: eigenvectors of 400 x 400": lambda: np.linalg.eigh(square),
    "torch and MKL: 64 products of 16 x 64 x 16, float32": lambda: descend(single),
    "torch and MKL: 64 products of 16 x 64 x 16, float64": lambda: descend(double),
    "torch and oneDNN: convolution, forward and back": lambda: [
        convolution(images).sum().backward() for _ in range(20)
    ],
    "torch: tanh and exp": lambda: [torch.exp(torch.tanh(torch.as_tensor(x))).sum() for _ in range(30)],
}


def best(kernel):
    """Return the least CPU seconds of several rounds; a first one, which compiles, is not counted."""
    taken = []
    for _ in range(ROUNDS + 1):
        before = time.process_time()
        kernel()
        taken.append(time.process_time() - before)
    return min(taken[1:])


if __name__ == "__main__":
    print(json.dumps({name: best(kernel) for name, kernel in KERNELS.items()}))
