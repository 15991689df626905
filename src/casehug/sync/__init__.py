"""THE ENGINE: facts of the intake become records in Lawmatics, each exactly once.

fact -> outbox (a Change, same transaction) -> lane of the firm -> planner (pure) -> applier (claim, call, settle)
"""
