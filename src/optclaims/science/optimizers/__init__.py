r"""One definition of every optimizer: pure rules on NumPy or torch arrays, for one run or a stack of them.

>>> import numpy as np
>>> rule, theta = Adam(lr=np.array([[0.1], [0.01]])), np.ones((2, 3))  # two runs with two learning rates
>>> state = rule.start(theta)
>>> for t in range(1, 101):
...     theta, state = rule.step(theta, gradient=theta, state=state, t=t)
>>> theta[:, 0].round(3)
array([0.003, 0.224])
"""

from optclaims.science.optimizers.adagrad import AdaGrad
from optclaims.science.optimizers.adam import Adam, AdamNc, AdamW, AMSGrad, Nadam, RMSprop
from optclaims.science.optimizers.adan import Adan
from optclaims.science.optimizers.adapter import from_torch
from optclaims.science.optimizers.centred import ACProp, AdaBelief, AdaShift
from optclaims.science.optimizers.compressors import ErrorFeedback
from optclaims.science.optimizers.descent import SGD, EMAMomentum, HeavyBall, Nesterov
from optclaims.science.optimizers.friction import DiffGrad
from optclaims.science.optimizers.inertial import InertialNewton
from optclaims.science.optimizers.magnitude import Aida
from optclaims.science.optimizers.polygonal import TheoPouLa
from optclaims.science.optimizers.rule import Rule
from optclaims.science.optimizers.saturated import SaturatedAdam
from optclaims.science.optimizers.signs import Lion, ScaledSign, SignSGD, Signum
from optclaims.science.optimizers.super_adam import SuperAdam
from optclaims.science.optimizers.underdamped import Underdamped

__all__ = [
    "SGD",
    "ACProp",
    "AMSGrad",
    "AdaBelief",
    "AdaGrad",
    "AdaShift",
    "Adam",
    "AdamNc",
    "AdamW",
    "Adan",
    "Aida",
    "DiffGrad",
    "EMAMomentum",
    "ErrorFeedback",
    "HeavyBall",
    "InertialNewton",
    "Lion",
    "Nadam",
    "Nesterov",
    "RMSprop",
    "Rule",
    "SaturatedAdam",
    "ScaledSign",
    "SignSGD",
    "Signum",
    "SuperAdam",
    "TheoPouLa",
    "Underdamped",
    "from_torch",
]
