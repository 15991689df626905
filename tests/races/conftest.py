from tests.intake.conftest import at_once

__all__ = ["at_once"]
