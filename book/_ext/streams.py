"""What a cell prints is one text, however often its kernel handed over a part.

A kernel sends what has been printed whenever some time has passed, also in the middle
of a line.  MyST-NB 1.4 (``nb_merge_streams``) puts a line break between such parts, see
``findings/mystnb_merge_streams.sh``; here they are joined as they came.
"""

from myst_nb.core import render

coalesce = render.coalesce_streams


def joined(outputs):
    """Outputs with the parts of every stream as one: list."""
    kept, streams = [], {}
    for output in outputs:
        if output["output_type"] != "stream":
            kept.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output
            kept.append(output)
    return coalesce(kept)


def setup(app):
    render.coalesce_streams = joined
    return {"parallel_read_safe": True, "parallel_write_safe": True}
