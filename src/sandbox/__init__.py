"""The toy town: a WSGI imitation of the Lawmatics Open API v1.21 with a console to play Lawmatics by hand.

The demo, the tests and a firm's rehearsal run on it. It imports nothing of the product, so that the
product can't lean on a shortcut that the real service doesn't have. All data lives in memory.
"""
