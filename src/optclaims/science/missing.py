"""What is raised where a data set is not to be had; apart, since whoever catches it needs no data set."""


class Missing(Exception):  # noqa: N818 - read as "except datasets.Missing"
    """A data set is neither in the data directory nor downloadable; the message says what was tried."""
