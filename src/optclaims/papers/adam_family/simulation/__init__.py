"""What trains: networks for digits with compiled gradients and any rule, and residual networks on CIFAR-10."""
