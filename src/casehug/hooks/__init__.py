"""Outgoing webhooks: endpoints, deliveries, signing. Not built yet; see docs/explanation/house.md."""
