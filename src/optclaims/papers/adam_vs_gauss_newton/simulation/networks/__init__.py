"""Small networks trained with idealised Adam and Gauss-Newton powers in the identity, Kronecker or full eigenbasis.

Many runs (learning rates, dampings, seeds) are trained at once; every weight tensor carries them on its first axis.
"""
