"""What the jail is given, and nothing else: the other end of the pipe.

Beside this folder a jail finds NumPy, the standard library, ``exercises/values.py``,
two files of IPython that read magics, and stubs.  Nothing here knows an answer.

    launch, forks      the walls of a jail, and workers forked behind them
    worker             runs the cells of a notebook, then answers calls by name
    running, reading   cells as IPython runs and reads them
    magics, stubs      what a notebook finds in place of a shell and of packages
    anything           what stands for a thing that is not here
    elsewhere          errors that say only that this is another machine
    history            In, Out and _
    watching, alarms   which cell made an answer; when its time is up
    protocol, channel  frames on the pipe, and its jailed end
"""
