"""Live figures in a page: their still picture, and the small script that wakes them.

A cell whose result is a ``lstm_course.widgets.LiveFigure`` offers the page a widget
view and, as HTML, a place with its still picture.  The page takes the HTML, and with
the state that MyST-NB writes beside it ``book/_widgets/live.js`` does the rest (see
there); ``course_pages`` copies that file.  Only pages with widgets load it.
"""

PICTURE_FIRST = ("html", "text/html", 5)  # before the widget view, which has 10
LOADER = {"widgets/live.js": {"defer": "defer"}}


def configure(app, config):
    config.nb_mime_priority_overrides = [
        *config.nb_mime_priority_overrides,
        PICTURE_FIRST,
    ]
    config.nb_ipywidgets_js = LOADER


def setup(app):
    app.connect("config-inited", configure, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
