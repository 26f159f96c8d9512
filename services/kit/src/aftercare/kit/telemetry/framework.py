"""What a web framework would tell about requests by itself: their addresses. A link's address is its secret."""

from typing import Any, Final

NO_TELEMETRY: Final[Any] = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""For `FastAPI(telemetry=…)`, whose own spans carry `url.path`. The kit makes a span per request itself."""
