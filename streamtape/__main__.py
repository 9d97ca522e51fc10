"""`python -m streamtape` is the command `streamtape`."""

from streamtape.cli import main

raise SystemExit(main())
