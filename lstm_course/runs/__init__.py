"""What ``lstm-course train`` does: one module per kind of model.

In this folder:

    lm, classify, task   one kind of run each
    common, rebuild      what they share; a model back from its checkpoint
"""
