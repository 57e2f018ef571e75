"""The parts of the training loop: what it records, saves, reports and refuses.

In this folder:

    run, schedules, parallel     one step, its learning rate, several processes
    checkpoint, history          what is saved and recorded
    report, faults, entry        what is told and what is refused
"""
