"""Every read that a page needs, shaped for it."""
