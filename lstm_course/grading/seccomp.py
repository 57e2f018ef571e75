"""A seccomp filter as raw BPF: system calls that no student's function needs.

The jail's namespaces already take away files, network and other processes.  The filter
takes away the doors through which kernels have been attacked most: new namespaces and
mounts, tracing, BPF, io_uring, keyrings, sockets other than local ones.
"""

import platform
import struct

EPERM, ENOSYS = 1, 38
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, JEQ, JGE, JSET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF operations
NR, ARCH, ARG = 0, 4, 16  # offsets in struct seccomp_data; arguments have 8 bytes
X32 = 0x40000000
NAMESPACES = 0x7E020000  # every CLONE_NEW... flag
NEW_THREAD = 0x00010000  # CLONE_THREAD
AF_UNIX, TIOCSTI, TIOCLINUX = 1, 0x5412, 0x541C

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# name: (number on x86_64, number on aarch64); None where the machine has none
DENIED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kcmp": (312, 272), "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440), "unshare": (272, 97), "setns": (308, 268),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "fanotify_init": (300, 262),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "syslog": (103, 116), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
    "personality": (135, 92), "vhangup": (153, 58), "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "uselib": (134, None), "ustat": (136, None),
    "vmsplice": (278, 75), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "mbind": (237, 235), "memfd_secret": (447, 447), "landlock_add_rule": (445, 445),
    "seccomp": (317, 277), "mq_open": (240, 180), "shmget": (29, 194),
    "msgget": (68, 186), "semget": (64, 190),
}  # fmt: skip
CLONE, CLONE3 = (56, 220), (435, 435)
SOCKET, SOCKETPAIR, IOCTL = (41, 198), (53, 199), (16, 29)
MMAP, MAP_SHARED = (9, 222), 1  # calls of one notebook share no memory
# without namespaces: no other process may be started, signalled or talked to either
PROCESSES = {
    "fork": (57, None), "vfork": (58, None), "kill": (62, 129), "tkill": (200, 130),
    "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434), "setpriority": (141, 140), "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "setsid": (112, 157), "setpgid": (109, 154), "socket": (41, 198),
}  # fmt: skip


def _op(code, k, yes=0, no=0):
    return struct.pack("<HBBI", code, yes, no, k)


def _refuse(error):
    return _op(RETURN, ERRNO | error)


def program(namespaces=True, machine=None):
    """The filter for this machine.

    Parameters
    ----------
    namespaces : bool
        True inside namespaces of its own; False adds the rules that replace them.
    machine : str or None

    Returns
    -------
    bytes
        An array of struct sock_filter.
    """
    column, arch = MACHINES[machine or platform.machine()]
    deny = DENIED if namespaces else DENIED | PROCESSES
    numbers = [n[column] for n in deny.values() if n[column] is not None]
    ops = [_op(LOAD, ARCH), _op(JEQ, arch, 1, 0), _op(RETURN, KILL), _op(LOAD, NR)]
    ops += [_op(JGE, X32, 0, 1), _refuse(ENOSYS)]
    ops += [_op(JEQ, CLONE3[column], 0, 1), _refuse(ENOSYS)]
    for n in numbers:
        ops += [_op(JEQ, n, 0, 1), _refuse(EPERM)]
    for call in (SOCKET, SOCKETPAIR):
        ops += _argument(call[column], 0, JEQ, AF_UNIX, allow=True)
    ops += _argument(MMAP[column], 3, JSET, MAP_SHARED, allow=False)
    for request in (TIOCSTI, TIOCLINUX):
        ops += _argument(IOCTL[column], 1, JEQ, request, allow=False)
    ops += _argument(CLONE[column], 0, JSET, NAMESPACES, allow=False)
    if not namespaces:
        ops += _argument(CLONE[column], 0, JSET, NEW_THREAD, allow=True)
    return b"".join([*ops, _op(RETURN, ALLOW)])


def _argument(number, position, test, value, allow):
    """Refuse call ``number`` if its argument passes the test (or, allow, if not)."""
    hit, miss = (1, 0) if allow else (0, 1)
    return [
        _op(JEQ, number, 0, 4),
        _op(LOAD, ARG + 8 * position),
        _op(test, value, hit, miss),
        _refuse(EPERM),
        _op(LOAD, NR),
    ]
