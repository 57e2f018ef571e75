"""What was made from other files than those of today is forgotten."""

import hashlib
import shutil


def forget(root):
    """Drop executed notebooks whose code has changed, pages whose sidebar has."""
    built = root / "_build"
    files = sorted((root / "lstm_course").rglob("*"))
    files = [f for f in files if f.is_file() and "__pycache__" not in f.parts]
    files += [f for f in [root / "requirements.txt"] if f.exists()]
    if changed(root, "code", files):
        shutil.rmtree(built / ".jupyter_cache", ignore_errors=True)
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
    pages = [root / "book/_toc.yml", *sorted((root / "book/_ext").glob("*.py"))]
    pages += built.glob("html/*.pdf")  # pages link to it once it is there
    if changed(root, "contents", pages):
        shutil.rmtree(built / ".doctrees", ignore_errors=True)


def changed(root, name, files):
    """Are these files others than at the last build? Remember them."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    stamp, now = root / f"_build/{name}.sha256", digest.hexdigest()
    before = stamp.read_text() if stamp.exists() else ""
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(now)
    return before != now
