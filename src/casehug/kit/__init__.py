"""Tools without product words. Nothing here knows what a firm, a client or a matter is."""
