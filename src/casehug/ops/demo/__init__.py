"""make demo: all of CaseHug on this machine, with two firms, a sandbox Lawmatics and a walk through the main job."""
