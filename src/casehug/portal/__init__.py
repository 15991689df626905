"""The client's pages, with their own session rules: no account, a private link, and a secret per device."""
