"""THE DOMAIN: clients, matters, case types, checklists, documents.

Knows nothing of Lawmatics. Writes go through `services`, reads through `queries` and `access`, and contents leave the
house only through `disclosure`.
"""
