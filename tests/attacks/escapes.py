"""Out of the jail: every attempt fails, and the right solution keeps its points.

An attempt that works prints ESCAPED or leaves a file; the test looks for both.
CANARY, OUT, OVERLAY, ROOT and PORT are replaced by real paths and a listening port.
"""

from attacks.attack import after, before

SYSCALL = """
import ctypes, os
c = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    r = c.syscall(number, *args)
    if r >= 0: print("ESCAPED", number, r)
"""


def tries(*lines):
    """Lines tried one by one."""
    return "\n".join(f"try:\n    {line}\nexcept Exception: pass" for line in lines)


CORPUS = [
    after(
        "reads_files",
        "import os\nfor p in ('/etc/passwd', '/etc/shadow', '/proc/1/environ',"
        " '/proc/self/maps', '/proc/net/tcp', '/sys/class/net', 'OVERLAY', 'OUT/seed',"
        " 'CANARY'):\n    try: print('ESCAPED', p, open(p).read(100))\n"
        "    except OSError: pass",
    ),
    after(
        "lists_folders",
        "import os\nfor p in ('OUT', 'OUT/results', 'ROOT/tests', '/home',"
        " '/proc', '/sys', '/run', '/var'):\n    try: print('ESCAPED', p,"
        " os.listdir(p)[0])\n    except (OSError, IndexError): pass",
    ),
    after(
        "writes_files",
        tries(
            "open('CANARY', 'w').write('x'); print('ESCAPED')",
            "open('OUT/grades.csv', 'w').write('x'); print('ESCAPED')",
            "open('/usr/lib/x', 'w').write('x'); print('ESCAPED')",
            "open('/x', 'w').write('x'); print('ESCAPED')",
            "open('/dev/shm/x', 'w').write('x'); print('ESCAPED')",
        ),
    ),
    after(
        "changes_the_worker",
        "import lstm_course.grading.inside.worker as w, os\n"
        + tries(
            "open(w.__file__, 'a').write('#'); print('ESCAPED')",
            "os.rename(w.__file__, '/tmp/w'); print('ESCAPED')",
            "os.chmod(w.__file__, 0o777); print('ESCAPED')",
        ),
    ),
    after(
        "removes_files",
        "import os\n" + tries("os.remove('CANARY'); print('ESCAPED')",
                              "os.rename('OUT', 'OUT2'); print('ESCAPED')",
                              "os.rmdir('/jail/site'); print('ESCAPED')"),
    ),
    after(
        "connects",
        "import socket\n"
        + tries(
            "socket.create_connection(('127.0.0.1', PORT), 1); print('ESCAPED')",
            "socket.create_connection(('::1', PORT), 1); print('ESCAPED')",
            "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); print('ESCAPED')",
            "s = socket.socket(17, 3); print('ESCAPED packets')",
            "s = socket.socket(16, 3); print('ESCAPED netlink')",
        ),
    ),
    after(
        "local_sockets",
        "import socket\nfor p in ('/run/docker.sock', '/run/dbus/system_bus_socket',"
        " '\\0/tmp/.X11-unix/X0', '/tmp/.X11-unix/X0'):\n    try:\n"
        "        s = socket.socket(socket.AF_UNIX); s.connect(p); print('ESCAPED', p)\n"
        "    except OSError: pass",
    ),
    after(
        "starts_programs",
        "import os, subprocess\nos.system('touch CANARY2')\n"
        + tries(
            "print('ESCAPED', subprocess.run(['/bin/sh', '-c', 'id']))",
            "print('ESCAPED', subprocess.run(['/usr/bin/env']))",
            "print('ESCAPED', os.popen('id').read()[0])",
        ),
    ),
    after(
        "signals_others",
        "import os\nfor p in range(10, 100000, 7):\n"
        "    try: os.kill(p, 0); print('ESCAPED', p)\n    except OSError: pass\n"
        + tries("os.kill(PID, 0); print('ESCAPED')"),
    ),
    after(
        "becomes_root",
        "import os\n"
        + tries(
            "os.setuid(0); print('ESCAPED')",
            "os.setgid(0); print('ESCAPED')",
            "os.setgroups([0]); print('ESCAPED')",
            "os.chroot('/tmp'); print('ESCAPED')",
            "os.nice(-5); print('ESCAPED')",
            "os.mknod('/tmp/sda', 0o60666, 0x800); print('ESCAPED')",
        )
        + "\nif os.getuid() == 0: print('ESCAPED: root')",
    ),
    after("new_namespaces", SYSCALL + "call(272, 0x10000000)\ncall(272, 0x20000)\n"
          "call(56, 0x10000011, 0, 0, 0, 0)\ncall(308, 0, 0)"),
    after("mounts", SYSCALL + "call(165, b'none', b'/tmp', b'tmpfs', 0, 0)\n"
          "call(166, b'/jail', 2)\ncall(155, b'/', b'/tmp')\ncall(430, b'tmpfs', 0)\n"
          "call(428, -100, b'/', 1)"),
    after("traces", SYSCALL + "call(101, 16, os.getppid(), 0, 0)\n"
          "call(310, os.getppid(), 0, 0, 0, 0, 0)\ncall(438, 0, 0, 0)\n"
          "call(101, 0, 0, 0, 0)"),
    after("kernel_doors", SYSCALL + "call(321, 0, 0, 0)\ncall(298, 0, 0, 0, 0, 0)\n"
          "call(425, 8, b' ' * 200)\ncall(248, b'user', b'x', b'x', 1, -2)\n"
          "call(250, 0, -3, 1)\ncall(323, 0)\ncall(304, -100, 0, 0)\n"
          "call(135, 0x40000)"),
    after("old_system_calls", SYSCALL + "call(0x40000000 + 41, 2, 1, 0)\n"
          "call(41, 2, 1, 0)\ncall(435, b' ' * 88, 88)"),
    after(
        "terminal",
        "import fcntl, os\nfor fd in range(64):\n    try:\n"
        "        fcntl.ioctl(fd, 0x5412, b'x'); print('ESCAPED')\n"
        "    except OSError: pass\n"
        + tries("open('/dev/tty', 'w').write('x'); print('ESCAPED')"),
    ),
    after(
        "links_outside",
        "import os\nos.symlink('CANARY', '/tmp/a')\n"
        + tries(
            "open('/tmp/a', 'w').write('x'); print('ESCAPED')",
            "os.link('CANARY', '/tmp/b'); print('ESCAPED')",
            "os.link('/etc/ld.so.cache', '/tmp/c'); print('ESCAPED')",
        ),
    ),
    after(
        "environment",
        "import os\nfor n in os.environ:\n    if n in ('USER', 'LOGNAME', 'PYTHONPATH')"
        " or 'SEED' in n or 'KEY' in n or 'VIRTUAL' in n: print('ESCAPED', n)",
    ),
    after(
        "inherited_descriptors",
        "import os\nfor fd in range(3, 256):\n    try: s = os.fstat(fd)\n"
        "    except OSError: continue\n    if s.st_mode & 0o170000 not in (0o010000,):"
        " print('ESCAPED', fd, oct(s.st_mode))",
    ),
    before(
        "becomes_another_program",
        "import os, sys\np = sys.executable\nos.execv(p, [p, '-c', 'while 1: pass'])",
    ),
    after(
        "preloads",
        "import os, sys, subprocess\nos.environ['LD_PRELOAD'] = '/tmp/x.so'\n"
        "os.environ['PYTHONPATH'] = 'ROOT'\nsubprocess.run([sys.executable, '-c',"
        " 'import lstm_course.exercises as e; print(e.SETS)'])",
    ),
    after(
        "devices",
        "import os\n"
        + tries(
            *(
                f"os.open('/dev/{d}', os.O_RDWR); print('ESCAPED {d}')"
                for d in ("mem", "kmsg", "vda", "sda", "fuse", "kvm", "net/tun", "ptmx")
            )
        ),
    ),
    before("forged_frames", """
import json, os, struct
for body in ({'kind': 'done'}, {'ok': True, 'points': 100}, [1], {'cells': []}):
    text = json.dumps(body).encode()
    for head in ('>I', '<I', '>Q', '!II'):
        size = (len(text), 0) if head == '!II' else (len(text),)
        for fd in range(64):
            if fd not in (0, 1, 2, 3, 4):
                try: os.write(fd, struct.pack(head, *size) + text)
                except OSError: pass
"""),
    before("namespaces_one_by_one", """
import ctypes
c = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x10020000, 0x2000000):
    if c.unshare(flag) == 0: print('ESCAPED')
if 0 in (c.chroot(b'/tmp'), c.mount(b'x', b'/tmp', b'tmpfs', 0, 0), c.setuid(0)):
    print('ESCAPED')
"""),
    before("sockets_of_every_kind", """
import socket
for family, address in ((2, ('127.0.0.1', PORT)), (1, '\\0abstract'), (1, '/run/x'),
                        (10, ('::1', PORT)), (16, (0, 0)), (17, ('lo', 0)),
                        (40, (2, 9))):
    try:
        s = socket.socket(family, 1 if family in (1, 2, 10, 40) else 3)
        s.settimeout(0.2)
        s.connect(address)
        if family != 16: print('ESCAPED', family)
    except Exception: pass
"""),
    before("links_to_the_outside", """
import os
for target in ('/tmp/90_sample.ipynb', '/tmp/grades.csv', '/jail/x', '/dev/x', 'OUT/x'):
    try: os.symlink('CANARY', target)
    except OSError: pass
    try:
        print(open(target).read())
        open(target, 'w').write('x')
    except OSError: pass
"""),
    before("paths_to_the_outside", """
for path in ('/proc/1/root/CANARY', '/jail/../CANARY', 'CANARY', '/proc/PID/environ',
             'OUT/seed', 'OUT/submissions.json', 'OVERLAY', 'ROOT/pyproject.toml'):
    try:
        open(path, 'rb').read(1)
        print('ESCAPED', path)
    except OSError: pass
"""),
    before("machine_code", """
import ctypes, mmap, os
code = mmap.mmap(-1, 4096, prot=7)
code.write(b'\\xb8\\x27\\x00\\x00\\x00\\xcd\\x80\\xc3')  # int 80h: mkdir
if os.uname().machine == 'x86_64' and (pid := os.fork()) == 0:
    ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    os._exit(0)
"""),
    before("raised_limits", """
import os, resource
for k in range(16):
    try: resource.setrlimit(k, (-1, -1))
    except (ValueError, OSError): pass
for call in (lambda: os.nice(-20), lambda: os.setpriority(0, 1, 19),
             lambda: os.sched_setscheduler(0, 1, os.sched_param(50))):
    try: call()
    except OSError: pass
"""),
    after("a_copy_writes_on_the_pipe", """
import os, time
def my_sigmoid(x):
    if os.fork() == 0:
        for k in range(50):
            for fd in range(3, 32):
                try: os.write(fd, b'x')
                except OSError: pass
            time.sleep(0.01)
        os._exit(0)
    time.sleep(0.3)
    return 1 / (1 + np.exp(-x))
""", loses=["90.1"]),
    before("runs_another_program", "import os, sys\n"
           "for name in ('/bin/sh', '/usr/bin/env', '/usr/bin/bwrap'):\n"
           "    try: os.execv(name, [name])\n    except OSError: pass"),
]  # fmt: skip
