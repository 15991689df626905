"""Settings, addresses and start-up checks. Imported by nobody."""
