"""E-mail and SMS to clients and staff. Not built yet; see docs/explanation/house.md."""
