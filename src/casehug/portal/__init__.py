"""The client's pages, with their own session rules. Not built yet; see docs/explanation/house.md."""
