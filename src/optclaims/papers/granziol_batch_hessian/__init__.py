"""Learning rates as a function of the batch size: what a mini-batch does to the spectrum of the Hessian."""
