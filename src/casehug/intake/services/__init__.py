"""Every write of the domain. Keyword-only arguments after the actor; each joins the open firm scope."""
