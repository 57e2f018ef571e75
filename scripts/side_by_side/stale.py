"""What was made from other files than those of today is forgotten."""

import hashlib
import shutil


def forget(root):
    """Drop notebooks whose code or results have changed, pages whose makers have."""
    built = root / "_build"
    read = (root / "lstm_course", root / "book/results")
    files = [file for folder in read for file in sorted(folder.rglob("*"))]
    files = [f for f in files if f.is_file() and "__pycache__" not in f.parts]
    files += [f for f in [root / "requirements.txt"] if f.exists()]
    if changed(root, "code", files):
        shutil.rmtree(built / ".jupyter_cache", ignore_errors=True)
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
    makers = sorted((root / "book/_ext").glob("*.[pj][ys]"))  # Python and scripts
    pages = [root / "book/_toc.yml", *makers]
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
