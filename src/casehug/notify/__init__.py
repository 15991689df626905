"""Messages to clients and staff, by e-mail and SMS: link, code, rejected document, reminders, alerts.

Subscribes to facts, writes a Message in the fact's transaction, and sends it after the commit.
"""
