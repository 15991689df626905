"""The REST API and the inbound Lawmatics webhook. Not built yet; see docs/explanation/house.md."""
