"""A cell's own lines as JavaScript: forward and back, for a page without Python.

of a cell
    text      its phases as functions of JavaScript, its products as a table
    script    the hand that writes one expression, one function
of all, in plain JavaScript on typed arrays
    products.js   matrix products as loops over rows that lie side by side
    layer.js      one layer along time and back
    matrix.js     the same for the mLSTM, whose state is a matrix
    net.js        layers on top of each other, as one cell
    learn.js      a readout, losses, Adam and clipping: a step of training
    pcg64.js      NumPy's default_rng, number for number
    tasks.js      small tasks, whose samples are those of lstm_course.tasks
    start.js      start values
    engine.js     all of these behind one door
    trainer.js    the worker that trains while a page looks on

``python -m lstm_course.engines.page lstm`` prints the text of a cell (``__main__``).
"""
