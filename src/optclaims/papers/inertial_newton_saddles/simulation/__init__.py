"""Runs of inertial Newton and its rivals: paths, single modes, trapped starts, networks."""
