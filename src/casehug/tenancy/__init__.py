"""Firms, who belongs to them, and the wall between them (row security)."""
