"""The firm's Lawmatics connection: consent, tokens (encrypted), disconnecting, and the client that uses them."""
