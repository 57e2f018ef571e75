"""Real data: where it comes from, how it gets here, how it is read.

Nothing is downloaded unless asked for by ``lstm-course data ...``; a sample of film
reviews written for the course is part of the package.

In this folder:

    reviews                          film reviews from wherever they lie
    sources, download, archives      what can be fetched, how, and reading it packed
    files, decoding, letters         files to text, in any encoding
    tables, columns, rows            text to rows: separators, names of columns
    verdicts, parts                  the words people use for them
"""
