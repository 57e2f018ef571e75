"""Figures that are alive: in the built page without kernel or server, and in Jupyter.

    from lstm_course.widgets import UnitExplorer
    UnitExplorer()

A live figure is an anywidget whose model is computed in JavaScript.  It is shown as
HTML: its still picture (drawn in Python), its state, and ``js/wake.js``, two kilobytes
that wake it when it comes into view.  So it lives in a page, in JupyterLab, Colab or VS
Code, and in a notebook that is opened again, none of which needs a kernel.  Where
scripts are off, on paper, and in a notebook that is not trusted, the picture stays.
In a box of ipywidgets, ``VBox([unit])``, Python hears what is turned; such a box is
gone when its kernel is.

How to add one, say ``StepWalker``:

1.  ``widgets/step_walker.py``: a class with its traits, all tagged ``sync=True``, and
    the still picture of its state, a matplotlib figure or a string of SVG or HTML:

        class StepWalker(LiveFigure):
            step = Int(0).tag(sync=True)

            def picture(self): ...

    Its script and style are found by the module's name.
2.  ``widgets/js/step_walker.js``: ``export default { render({ model, el }) {...} }``.
    It imports from the small modules beside it, ``any_cell.js`` (the arithmetic, by
    the engine's text of a cell), ``draw.js`` (SVG) and ``controls.js`` (dials,
    buttons), one import line each:
    ``import { svg, line } from "./draw.js";``.  ``bundle.esm`` makes one text of
    them, so a name at the top of a module must be unique among all that meet.
3.  ``widgets/css/step_walker.css``, if it needs more than ``base.css``.  Colours are
    the palette's, as variables: ``var(--p-f)``, ``var(--p-ink)``, ``var(--p-line)``.
    No class is called like one of Bootstrap's (``row``, ``btn``): JupyterLab may have
    its rules.
4.  One line in ``MODULES`` below.
5.  In the notebook a cell that ends with ``StepWalker()``, with caption and
    alternative text in its metadata like every figure.  tests/book/test_widgets.py
    then visits it by keyboard, over http and from a file.

What every live figure keeps to: ``shell`` in controls.js is its frame (it names the
figure and keeps keys from JupyterLab's shortcuts); controls are native and labelled;
what is seen is also said in a sentence (``say``); it draws at the width it is given,
390 pixels included, with ``follow``; nothing moves by itself where
``prefers-reduced-motion`` is set (``calm()``).  It has two or three goals and leads
back to its start (``goals`` and ``ways`` in goals.js); tests/book/test_widgets_goals.py
has a way to each goal.  At 390 pixels its dials and what they move share 700 pixels;
``room`` is the height that its place keeps before it wakes.

In this folder:

    unit_explorer, gate_microscope, gradient_lab, step_walker, text_reader,
    variant_diff, roofline, state_table, draw_window, playground,
    comparison, rosetta_stone                           one figure each
    any_cell                                            what a page is told of a cell
    page_tasks                                          what tasks in the page need
    live, bundle                                        what they share
"""

from importlib import import_module

MODULES = {  # class: module, imported when it is asked for
    "Comparison": "comparison",
    "DrawWindow": "draw_window",
    "GateMicroscope": "gate_microscope",
    "GradientLab": "gradient_lab",
    "LiveFigure": "live",
    "Playground": "playground",
    "Roofline": "roofline",
    "RosettaStone": "rosetta_stone",
    "StateTable": "state_table",
    "StepWalker": "step_walker",
    "TextReader": "text_reader",
    "UnitExplorer": "unit_explorer",
    "VariantDiff": "variant_diff",
}
__all__ = list(MODULES)


def __getattr__(name):
    if name not in MODULES:
        raise AttributeError(f"lstm_course.widgets has no {name!r}, only {__all__}")
    return getattr(import_module(f".{MODULES[name]}", __name__), name)
