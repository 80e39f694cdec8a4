"""``python -m optclaims`` is the command ``optclaims``."""

from optclaims.command import app

if __name__ == "__main__":
    app()
