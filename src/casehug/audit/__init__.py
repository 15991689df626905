"""The firm's record of who did what. Append-only: the logins that write it can neither change nor delete it."""
