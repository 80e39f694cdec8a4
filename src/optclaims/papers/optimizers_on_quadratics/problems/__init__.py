"""The functions that the methods are run on."""
