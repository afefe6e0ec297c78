"""`python -m zoning`: the command line."""

import sys

from zoning.cli import main

sys.exit(main())
