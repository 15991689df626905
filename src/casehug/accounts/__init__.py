"""People who sign in: the user, the sign-in rules, and where second factors will live."""
