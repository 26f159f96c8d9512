"""The rules are tools, not a package: tests find them beside the other tools."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
