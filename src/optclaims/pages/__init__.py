"""What people read: the report, the page of differences, captions, and what is generated for ``docs/``."""
