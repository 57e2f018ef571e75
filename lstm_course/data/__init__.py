"""Real data: where it comes from, how it gets here, how it is read.

Nothing is downloaded unless asked for by ``lstm-course data ...``; a sample of film
reviews written for the course is part of the package.
"""
