"""People who sign in: the user, the sign-in rules, and (in a later issue) second factors."""
