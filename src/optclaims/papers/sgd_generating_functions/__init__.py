"""Velikanov, Kuznedelev, Yarotsky: A view of mini-batch SGD via generating functions (ICLR 2023)."""
